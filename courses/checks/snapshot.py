"""A course's draft as plain values: all that a rule may look at. Nothing here knows a database or the CMS."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from occupations.api import Teacher

MS_PER_HOUR = 45 * 60_000
"""One 学时 (design.md §4)."""


@dataclass(frozen=True)
class BlockFacts:
    """
    A block of a lesson. ``uuid`` is the editor's own name for it, ``kind`` its stored type, ``label`` what the editor
    calls that, empty if there is no such type any more; ``fault`` is the path of the first field that is not filled in
    as its type asks (``("steps", "0", "text")``), and what is wrong with it.
    """

    uuid: str
    number: int
    kind: str
    label: str
    value: Any
    fault: tuple[tuple[str, ...], str] | None = None


@dataclass(frozen=True)
class LessonFacts:
    """A lesson of the draft: ``ms`` is its timeline, ``requirements`` the ids it is mapped to."""

    page_id: int
    title: str
    module_number: int
    ms: int
    blocks: tuple[BlockFacts, ...] = ()
    requirements: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ModuleFacts:
    page_id: int
    number: int
    title: str


@dataclass(frozen=True)
class VideoFacts:
    title: str
    is_ready: bool
    has_captions: bool
    ms: int = 0


@dataclass(frozen=True)
class FileFacts:
    """Files of the library by id; ``missing_*`` are named in a lesson but have no row, or no file behind it."""

    videos: Mapping[int, VideoFacts] = field(default_factory=dict)
    missing_images: frozenset[int] = frozenset()
    missing_documents: frozenset[int] = frozenset()
    missing_pages: frozenset[int] = frozenset()
    missing_notices: frozenset[int] = frozenset()


@dataclass(frozen=True)
class TeacherFacts:
    """
    An instructor the course names: shown in the teaching pool or not, and whether the course's level may be taught; what
    is ``missing`` if not. Neither is known of a course without trade or level.
    """

    name: str
    is_listed: bool
    is_entitled: bool = False
    missing: str = ""


@dataclass(frozen=True)
class StandardFacts:
    """What the occupation's standard asks at the course's level. ``hazardous`` are requirements of a dangerous task."""

    name: str
    hours: int
    teacher: Teacher
    requirements: frozenset[int]
    hazardous: frozenset[int]


@dataclass(frozen=True)
class CourseSnapshot:
    """``standard`` is None when the occupation has none in force at this level: rules that need one then only say so."""

    page_id: int
    title: str
    has_occupation: bool
    level_rank: int | None
    has_summary: bool
    has_outcomes: bool
    licence: str
    ai_label: str
    teachers: tuple[TeacherFacts, ...] = ()
    modules: tuple[ModuleFacts, ...] = ()
    lessons: tuple[LessonFacts, ...] = ()
    files: FileFacts = field(default_factory=FileFacts)
    standard: StandardFacts | None = None

    @property
    def total_ms(self) -> int:
        return sum(lesson.ms for lesson in self.lessons)

    def lessons_by_module(self) -> dict[int, list[LessonFacts]]:
        """Return the lessons of each module by its number, in order."""
        found: dict[int, list[LessonFacts]] = defaultdict(list)
        for lesson in self.lessons:
            found[lesson.module_number].append(lesson)
        return found
