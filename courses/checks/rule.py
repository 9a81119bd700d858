"""What a rule of the standards check is, and what it says."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from courses.checks.snapshot import BlockFacts, CourseSnapshot, LessonFacts


@dataclass(frozen=True)
class Failure:
    """
    One thing a course lacks. ``page_id`` is the page to open, ``where`` its title, ``message`` what is wrong and how to
    mend it; ``block`` is the editor's uuid of the block on that page, ``field`` the field in it (or on the page), as a
    path with dots.
    """

    rule: str
    page_id: int
    where: str
    message: str
    block: str = ""
    field: str = ""

    @property
    def anchor(self) -> str:
        """
        Return the part of an address by which the editor opens the place (``site/static/js/cms/checks.js``).

        >>> Failure("alt", 7, "引弧", "写上图上有什么。", block="ab", field="alt").anchor
        '#check=ab.alt'
        >>> Failure("level", 7, "焊工", "选技能等级。", field="level").anchor
        '#check=level'
        """
        path = ".".join(part for part in (self.block, self.field) if part)
        return f"#check={path}" if path else ""


class Rule(ABC):
    """
    One rule: ``key`` (its name in settings and answers), ``title``, ``why`` it stands. An operator may switch off every
    rule but those that are ``is_needed``: without them an edition cannot be made at all.
    """

    key: ClassVar[str]
    title: ClassVar[Any]
    why: ClassVar[Any]
    is_needed: ClassVar[bool] = False

    @abstractmethod
    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        """Yield each place where the course breaks the rule, in the order of the course."""

    def note(self, course: CourseSnapshot) -> str:
        """Return what its author should know though nothing stands in the way of review; empty for nothing."""
        return ""

    def of_course(self, course: CourseSnapshot, message: str, field: str = "") -> Failure:
        return Failure(self.key, course.page_id, course.title, message, field=field)

    def of_lesson(
        self, lesson: LessonFacts, message: str, block: BlockFacts | None = None, field: str = ""
    ) -> Failure:
        return Failure(
            self.key, lesson.page_id, lesson.title, message, block=block.uuid if block else "", field=field
        )
