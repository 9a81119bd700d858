"""The coverage map of all occupations: level by level how many requirements are taught. Adds up what each course teaches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from core.clock import day_of, to_ms
from courses.models import CourseCoverage, EditionInstructor
from courses.queries.coverage import MINUTE_MS, courses_of_region
from occupations.api import levels_in_force, occupations_on
from unions.api import Union

STATES = ("standard", "gaps", "full", "none", "all")
"""With a standard; with a gap; without one; without a standard; every occupation."""
ORDERS = ("gaps", "code", "name", "lessons")


@dataclass
class LevelCell:
    """A level of an occupation: requirements, how many of them are taught, by how many lessons, in what time."""

    id: int
    rank: int
    requirements: int
    bits: int = 0
    courses: list[int] = field(default_factory=list)
    lessons: int = 0
    ms: int = 0
    newest_at: datetime | None = None
    instructors: int = 0

    @property
    def covered(self) -> int:
        return self.bits.bit_count()

    @property
    def gaps(self) -> int:
        return self.requirements - self.covered

    @property
    def minutes(self) -> int:
        return self.ms // MINUTE_MS

    @property
    def newest_on(self) -> date | None:
        return day_of(to_ms(self.newest_at)) if self.newest_at else None


@dataclass
class OccupationLine:
    """An occupation with the levels of its standard in force, by rank; without a standard there are none."""

    code: str
    name: str
    edition: str = ""
    cells: dict[int, LevelCell] = field(default_factory=dict)

    @property
    def requirements(self) -> int:
        return sum(cell.requirements for cell in self.cells.values())

    @property
    def covered(self) -> int:
        return sum(cell.covered for cell in self.cells.values())

    @property
    def gaps(self) -> int:
        return self.requirements - self.covered

    @property
    def lessons(self) -> int:
        return sum(cell.lessons for cell in self.cells.values())

    @property
    def minutes(self) -> int:
        return sum(cell.ms for cell in self.cells.values()) // MINUTE_MS

    @property
    def newest_on(self) -> date | None:
        return max((cell.newest_on for cell in self.cells.values() if cell.newest_on), default=None)


@dataclass(frozen=True)
class Overview:
    """``lines`` are those asked for, in their order; the figures are of all of them. ``ranks`` are the levels they have."""

    lines: list[OccupationLine]
    ranks: list[int]
    counts: dict[str, int]

    @property
    def requirements(self) -> int:
        return sum(line.requirements for line in self.lines)

    @property
    def covered(self) -> int:
        return sum(line.covered for line in self.lines)


def overview(
    *, on: date, region: Union | None = None, query: str = "", state: str = "standard", order: str = "gaps"
) -> Overview:
    """
    Return the occupations with what of their standards is taught. Three statements, whatever there is; one more with
    ``region`` (see :func:`courses.queries.coverage.coverage_of`) is part of the third.
    """
    lines = {
        code: OccupationLine(code, name)
        for code, name in occupations_on(on).values_list("code", "name")
        if not query or query in name or code.startswith(query)
    }
    by_level = _levels(lines, on)
    _add_up(by_level, region)
    counts = {state: sum(1 for line in lines.values() if _is(line, state)) for state in STATES}
    found = [line for line in lines.values() if _is(line, state)]
    keys = {
        "gaps": lambda line: (-line.gaps, line.code),
        "code": lambda line: (line.code,),
        "name": lambda line: (line.name, line.code),
        "lessons": lambda line: (-line.lessons, line.code),
    }
    found.sort(key=keys[order])
    return Overview(found, sorted({rank for line in found for rank in line.cells}), counts)


def _levels(lines: dict[str, OccupationLine], on: date) -> dict[int, LevelCell]:
    by_level: dict[int, LevelCell] = {}
    for level in levels_in_force(on):
        line = lines.get(level.occupation)
        if line is not None:
            line.edition = level.edition
            cell = LevelCell(level.id, level.rank, level.requirements)
            line.cells[level.rank] = by_level[level.id] = cell
    return by_level


def _add_up(by_level: dict[int, LevelCell], region: Union | None) -> None:
    rows = CourseCoverage.objects.all()
    if region is not None:
        rows = rows.filter(course__in=courses_of_region(region))
    for course, level, taught, lessons, ms, at in rows.values_list(
        "course", "standard_level", "taught", "lessons", "ms", "published_at"
    ):
        cell = by_level.get(level)
        if cell is None:  # of a standard that is not in force, or not asked for
            continue
        cell.bits |= int(taught, 16)
        cell.courses.append(course)
        cell.lessons += lessons
        cell.ms += ms
        cell.newest_at = at if cell.newest_at is None else max(cell.newest_at, at)


def _is(line: OccupationLine, state: str) -> bool:
    return {
        "standard": bool(line.cells),
        "gaps": line.gaps > 0,
        "full": bool(line.cells) and not line.gaps,
        "none": not line.cells,
        "all": True,
    }[state]


def count_instructors(lines: Iterable[OccupationLine]) -> None:
    """Note how many instructors teach each level of these lines. One statement."""
    cells = [cell for line in lines for cell in line.cells.values() if cell.courses]
    taught: dict[int, set[int]] = defaultdict(set)
    rows = EditionInstructor.objects.filter(
        edition__is_current=True, edition__course__in={pk for cell in cells for pk in cell.courses}
    )
    for course, instructor in rows.values_list("edition__course", "instructor"):
        taught[course].add(instructor)
    for cell in cells:
        cell.instructors = len(set().union(*(taught[course] for course in cell.courses)))
