"""Pages that instructors write, editions that learners get, and who takes part."""

from courses.models.checks import SwitchedOffRule
from courses.models.coverage import CourseCoverage
from courses.models.editions import (
    CourseEdition,
    EditionApproval,
    EditionFile,
    EditionInstructor,
    EditionLesson,
    Fragment,
    Part,
)
from courses.models.mapping import EditionRequirement, LessonRequirement
from courses.models.notices import EditionNotice, SafetyNotice
from courses.models.packages import CoursePackage
from courses.models.pages import (
    AiLabel,
    CourseIndexPage,
    CourseInstructor,
    CoursePage,
    LessonPage,
    Licence,
    ModulePage,
)
from courses.models.review import ReviewTask
from courses.models.taking_part import Enrolment, Withdrawal

__all__ = [
    "AiLabel",
    "CourseCoverage",
    "CourseEdition",
    "CourseIndexPage",
    "CourseInstructor",
    "CoursePackage",
    "CoursePage",
    "EditionApproval",
    "EditionFile",
    "EditionInstructor",
    "EditionLesson",
    "EditionNotice",
    "EditionRequirement",
    "Enrolment",
    "Fragment",
    "LessonPage",
    "LessonRequirement",
    "Licence",
    "ModulePage",
    "Part",
    "ReviewTask",
    "SafetyNotice",
    "SwitchedOffRule",
    "Withdrawal",
]
