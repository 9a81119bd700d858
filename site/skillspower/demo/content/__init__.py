"""What the demo community teaches and who is in it: data files and the code that reads and checks them.

Nothing here touches the database. ``courses()`` gives the courses of ``courses/*.yaml`` as frozen data classes; a file
that is wrong raises ``ContentError`` with the file and the place in it. README.md beside this file has the format.
"""

from skillspower.demo.content.reader import ContentError, course_slugs, courses, load_course
from skillspower.demo.content.schema import (
    Block,
    Course,
    Image,
    Lesson,
    Module,
    Option,
    Question,
    Safety,
    Step,
    Steps,
    Table,
    Text,
    Video,
    lesson_ms,
    parts_ms,
)

__all__ = [
    "Block",
    "ContentError",
    "Course",
    "Image",
    "Lesson",
    "Module",
    "Option",
    "Question",
    "Safety",
    "Step",
    "Steps",
    "Table",
    "Text",
    "Video",
    "course_slugs",
    "courses",
    "lesson_ms",
    "load_course",
    "parts_ms",
]
