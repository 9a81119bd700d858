"""Writing the teaching pool."""

from instructors.operations.desk import CannotVerify
from instructors.operations.grades import CannotGrade, agree_grade, end_grade, load_grades, propose_grade
from instructors.operations.pool import (
    NOTICE_WORKDAYS,
    fill_derived,
    forget_verification,
    load_honours,
    open_notice,
    verify_honour,
    withdraw_honour,
)
from instructors.operations.standing import (
    refresh_all,
    refresh_standing,
    reveal_number,
    verify_qualification,
    withdraw_qualification,
)

__all__ = [
    "NOTICE_WORKDAYS",
    "CannotGrade",
    "CannotVerify",
    "agree_grade",
    "end_grade",
    "fill_derived",
    "forget_verification",
    "load_grades",
    "load_honours",
    "open_notice",
    "propose_grade",
    "refresh_all",
    "refresh_standing",
    "reveal_number",
    "verify_honour",
    "verify_qualification",
    "withdraw_honour",
    "withdraw_qualification",
]
