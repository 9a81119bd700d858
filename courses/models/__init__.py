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
from courses.models.paths import LearningPath, PathCourse, PathPrerequisite
from courses.models.review import ReviewTask
from courses.models.reviewing import (
    EditionRound,
    ReviewComment,
    ReviewDuty,
    ReviewLogEntry,
    ReviewPoint,
    ReviewTurn,
)
from courses.models.taking_part import EditionMove, Enrolment, Withdrawal

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
    "EditionMove",
    "EditionNotice",
    "EditionRequirement",
    "EditionRound",
    "Enrolment",
    "Fragment",
    "LearningPath",
    "LessonPage",
    "LessonRequirement",
    "Licence",
    "ModulePage",
    "Part",
    "PathCourse",
    "PathPrerequisite",
    "ReviewComment",
    "ReviewDuty",
    "ReviewLogEntry",
    "ReviewPoint",
    "ReviewTask",
    "ReviewTurn",
    "SafetyNotice",
    "SwitchedOffRule",
    "Withdrawal",
]
