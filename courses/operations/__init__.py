"""Writing: sending a course to review, publishing its edition, taking part, taking a lesson out of service."""

from courses.operations.checks import CannotSwitch, switch_rule
from courses.operations.coverage import measure_coverage, rebuild_coverage
from courses.operations.enrol import (
    CourseNotOpen,
    ask_to_study,
    end_enrolment,
    enrol,
    enrol_many,
    move_to_current,
    put_due,
)
from courses.operations.paths import NewPrerequisite, NewStep, PathInCircle, write_path
from courses.operations.publish import publish_edition
from courses.operations.review import finish_review, tell_sent_back
from courses.operations.setup_cms import setup_cms
from courses.operations.submit import AlreadyInReview, NotReady, submit_course
from courses.operations.tree import create_course
from courses.operations.withdraw import lift_withdrawal, withdraw
from courses.operations.word import ImportedLesson, import_lesson

__all__ = [
    "AlreadyInReview",
    "CannotSwitch",
    "CourseNotOpen",
    "ImportedLesson",
    "NewPrerequisite",
    "NewStep",
    "NotReady",
    "PathInCircle",
    "ask_to_study",
    "create_course",
    "end_enrolment",
    "enrol",
    "enrol_many",
    "finish_review",
    "import_lesson",
    "lift_withdrawal",
    "measure_coverage",
    "move_to_current",
    "publish_edition",
    "put_due",
    "rebuild_coverage",
    "setup_cms",
    "submit_course",
    "switch_rule",
    "tell_sent_back",
    "withdraw",
    "write_path",
]
