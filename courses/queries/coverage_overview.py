"""The coverage map of all occupations: level by level how many requirements are taught. Adds up what each course teaches."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.clock import day_of, to_ms
from courses.models import CourseCoverage, CourseEdition
from courses.queries.coverage import MINUTE_MS, courses_of_region
from occupations.api import levels_in_force, occupations_on
from unions.api import Union

STATES = ("standard", "gaps", "full", "none", "all")
"""With a standard; with a gap; without one; without a standard; every occupation."""
ORDERS = ("gaps", "code", "name", "lessons")


@dataclass(slots=True)
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


@dataclass(slots=True)
class OccupationLine:
    """
    An occupation with the levels of its standard in force, by rank; without a standard there are none. The sums are
    made once, by ``add_up``: a page asks for them of 1,634 lines.
    """

    code: str
    name: str
    edition: str = ""
    cells: dict[int, LevelCell] = field(default_factory=dict)
    requirements: int = 0
    covered: int = 0
    lessons: int = 0
    ms: int = 0

    def add_up(self) -> None:
        for cell in self.cells.values():
            self.requirements += cell.requirements
            self.covered += cell.covered
            self.lessons += cell.lessons
            self.ms += cell.ms

    @property
    def gaps(self) -> int:
        return self.requirements - self.covered

    @property
    def minutes(self) -> int:
        return self.ms // MINUTE_MS

    @property
    def newest_on(self) -> date | None:
        newest = max((cell.newest_at for cell in self.cells.values() if cell.newest_at), default=None)
        return day_of(to_ms(newest)) if newest else None

    @property
    def states(self) -> tuple[str, ...]:
        """In which lists it stands."""
        if not self.requirements:
            return ("none", "all")
        return ("standard", "gaps" if self.gaps else "full", "all")


@dataclass(frozen=True)
class Overview:
    """``lines`` are those asked for, in their order, the sums are theirs; ``counts`` are by state; ``ranks`` the levels."""

    lines: list[OccupationLine]
    ranks: list[int]
    counts: Counter[str]
    requirements: int
    covered: int


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
    _add_up(_levels(lines, on), region)
    counts: Counter[str] = Counter()
    found = []
    for line in lines.values():
        line.add_up()
        states = line.states
        counts.update(states)
        if state in states:
            found.append(line)
    keys: dict[str, Callable[[OccupationLine], Any]] = {
        "gaps": lambda line: (-line.gaps, line.code),
        "code": lambda line: line.code,
        "name": lambda line: (line.name, line.code),
        "lessons": lambda line: (-line.lessons, line.code),
    }
    found.sort(key=keys[order])
    return Overview(
        lines=found,
        ranks=sorted({rank for line in found for rank in line.cells}),
        counts=counts,
        requirements=sum(line.requirements for line in found),
        covered=sum(line.covered for line in found),
    )


def _levels(lines: dict[str, OccupationLine], on: date) -> dict[int, LevelCell]:
    by_level: dict[int, LevelCell] = {}
    for pk, occupation, rank, edition, requirements in levels_in_force(on):
        line = lines.get(occupation)
        if line is not None:
            line.edition = edition
            line.cells[rank] = by_level[pk] = LevelCell(pk, rank, requirements)
    return by_level


def _add_up(by_level: dict[int, LevelCell], region: Union | None) -> None:
    rows = CourseCoverage.objects.all()
    if region is not None:
        rows = rows.filter(course__in=courses_of_region(region))
    for course, level, taught, lessons, ms in rows.values_list(
        "course", "standard_level", "taught", "lessons", "ms"
    ):
        cell = by_level.get(level)
        if cell is None:  # of a standard that is not in force, or not asked for
            continue
        cell.bits |= int(taught, 16)
        cell.courses.append(course)
        cell.lessons += lessons
        cell.ms += ms


def fill_in(lines: Iterable[OccupationLine]) -> None:
    """Note for the lines that are shown how many instructors teach each level, and when the newest course came. One statement."""
    cells = [cell for line in lines for cell in line.cells.values() if cell.courses]
    teachers: dict[int, set[int]] = defaultdict(set)
    published: dict[int, datetime] = {}
    rows = CourseEdition.objects.filter(
        is_current=True, course__in={pk for cell in cells for pk in cell.courses}
    )
    for course, at, instructor in rows.values_list("course", "published_at", "instructors__instructor"):
        if at is not None:  # what is current was published; the database says so, the column's type does not
            published[course] = at
        if instructor is not None:
            teachers[course].add(instructor)
    for cell in cells:
        cell.instructors = len(set().union(*(teachers[course] for course in cell.courses)))
        cell.newest_at = max(
            (published[course] for course in cell.courses if course in published), default=None
        )
