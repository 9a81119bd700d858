"""Reading standards: which is in force, what it asks for, as rows for other apps and as plain content."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from occupations.models import (
    OccupationalStandard,
    SkillLevel,
    StandardFunction,
    StandardLevel,
    StandardRequirement,
    StandardTask,
)
from occupations.rules import Basic, Content, Function, Level, Requirement, Task, Teacher


def standards_in_force(on: date) -> QuerySet[OccupationalStandard]:
    """Return the editions in force on a day, at most one of an occupation, by the occupation's code."""
    return (
        OccupationalStandard.objects.filter(published_at__isnull=False, active_from__lte=on)
        .filter(Q(active_to__isnull=True) | Q(active_to__gt=on))
        .select_related("occupation")
        .order_by("occupation_id")
    )


def standard_in_force(*, occupation: str, on: date) -> OccupationalStandard | None:
    """Return the edition of an occupation's standard in force on a day."""
    return standards_in_force(on).filter(occupation=occupation).first()


def teachers_in_force(
    *, on: date, occupations: Iterable[str] | None = None
) -> dict[tuple[str, int], Teacher]:
    """Return who may teach by occupation and rank, of the standards in force on a day; in one statement."""
    standards = standards_in_force(on).order_by()
    if occupations is not None:
        standards = standards.filter(occupation__in=set(occupations))
    rows = StandardLevel.objects.filter(standard__in=standards.values("pk")).values_list(
        "standard__occupation", "level", "teacher_level", "teacher_years", "teacher_title"
    )
    return {
        (code, rank): Teacher(rank=teacher, years=years, title=title)
        for code, rank, teacher, years, title in rows
    }


def published_standards(occupation: str | None = None) -> QuerySet[OccupationalStandard]:
    """Return the published editions, the newest of an occupation first."""
    found = OccupationalStandard.objects.filter(published_at__isnull=False).select_related("occupation")
    if occupation is not None:
        found = found.filter(occupation=occupation)
    return found.order_by("occupation_id", "-active_from")


def level_labels() -> dict[int, str]:
    """Return the labels of the levels by rank."""
    return dict(SkillLevel.objects.order_by("rank").values_list("rank", "label"))


@dataclass(frozen=True)
class RequirementRow:
    """A requirement with where it stands: what a lesson is mapped to."""

    id: int
    uuid: UUID
    standard: int
    rank: int
    kind: str
    code: str
    text: str
    function: str
    task_code: str
    task: str
    is_hazardous: bool


def requirement_rows(
    *,
    standard: int | None = None,
    rank: int | None = None,
    ids: Iterable[int] | QuerySet[Any, Any] | None = None,
    in_force: tuple[str, date] | None = None,
) -> list[RequirementRow]:
    """
    Return requirements in the order of their standard: those of a standard, of what is in force for an occupation (its
    code) on a day, of one level, or those with these ids (a list, or a query for them). One statement.
    """
    rows = StandardRequirement.objects.order_by(
        "task__function__standard_level__level", "task__function__number", "task__number", "-kind", "number"
    )
    if standard is not None:
        rows = rows.filter(task__function__standard_level__standard=standard)
    if rank is not None:
        rows = rows.filter(task__function__standard_level__level=rank)
    if in_force is not None:
        occupation, on = in_force
        standards = standards_in_force(on).filter(occupation=occupation).order_by().values("pk")
        rows = rows.filter(task__function__standard_level__standard__in=standards)
    if ids is not None:
        rows = rows.filter(pk__in=ids if isinstance(ids, QuerySet) else list(ids))
    values = rows.values_list(
        "pk",
        "uuid",
        "task__function__standard_level__standard",
        "task__function__standard_level__level",
        "kind",
        "text",
        "number",
        "task__number",
        "task__name",
        "task__is_hazardous",
        "task__function__number",
        "task__function__name",
    )
    return [
        RequirementRow(
            id=pk,
            uuid=uuid,
            standard=standard_id,
            rank=level,
            kind=kind,
            code=f"{f_number}.{t_number}.{number}",
            text=text,
            function=f_name,
            task_code=f"{f_number}.{t_number}",
            task=t_name,
            is_hazardous=danger,
        )
        for pk, uuid, standard_id, level, kind, text, number, t_number, t_name, danger, f_number, f_name in values
    ]


@dataclass(frozen=True)
class LevelRow:
    """A level of a standard: hours of training (学时 of 45 minutes), who may teach it, its column pair of the weights."""

    rank: int
    label: str
    hours: int
    teacher: Teacher
    ethics_weight: int
    basics_weight: int
    function_weights: dict[str, tuple[int, int]]
    """Theory and skill by the function's name."""


def level_rows(standard: int) -> list[LevelRow]:
    """Return the levels of a standard, lowest skill first, with hours, teachers and weights; in two statements."""
    levels = StandardLevel.objects.filter(standard=standard).select_related("level").order_by("level")
    weights: dict[int, dict[str, tuple[int, int]]] = {}
    rows = StandardFunction.objects.filter(standard_level__standard=standard).order_by("number")
    for level, name, theory, skill in rows.values_list(
        "standard_level", "name", "theory_weight", "skill_weight"
    ):
        weights.setdefault(level, {})[name] = (theory, skill)
    return [
        LevelRow(
            rank=row.level_id,
            label=row.level.label,
            hours=row.hours,
            teacher=Teacher(row.teacher_level_id, row.teacher_years, row.teacher_title),
            ethics_weight=row.ethics_weight,
            basics_weight=row.basics_weight,
            function_weights=weights.get(row.pk, {}),
        )
        for row in levels
    ]


def content_of(standard: OccupationalStandard) -> Content:
    """Return a standard as plain values, in six statements."""
    basics = standard.basics.order_by("kind", "number")
    content = Content(
        occupation=standard.occupation_id,
        edition=standard.edition,
        is_example=standard.is_example,
        source=standard.source,
        licence=standard.licence,
        definition=standard.definition,
        active_from=standard.active_from.isoformat() if standard.active_from else "",
        active_to=standard.active_to.isoformat() if standard.active_to else "",
        basics=[Basic(b.kind, b.number, b.text) for b in basics],
    )
    levels: dict[int, Level] = {}
    for row in standard.levels.order_by("level"):
        levels[row.pk] = Level(
            rank=row.level_id,
            hours=row.hours,
            teacher=Teacher(row.teacher_level_id, row.teacher_years, row.teacher_title),
            ethics=row.ethics_weight,
            basics=row.basics_weight,
        )
        content.levels.append(levels[row.pk])
    functions: dict[int, Function] = {}
    for f in StandardFunction.objects.filter(standard_level__standard=standard).order_by("number"):
        functions[f.pk] = Function(f.number, f.name, f.theory_weight, f.skill_weight)
        levels[f.standard_level_id].functions.append(functions[f.pk])
    tasks: dict[int, Task] = {}
    for t in StandardTask.objects.filter(function__standard_level__standard=standard).order_by("number"):
        tasks[t.pk] = Task(t.number, t.name, t.is_hazardous)
        functions[t.function_id].tasks.append(tasks[t.pk])
    requirements = StandardRequirement.objects.filter(task__in=list(tasks)).order_by("-kind", "number")
    for r in requirements:
        tasks[r.task_id].requirements.append(Requirement(r.kind, r.number, r.text))
    return content


def coverable(standard: OccupationalStandard) -> QuerySet[StandardRequirement]:
    """Return the requirements of a standard as a queryset to join with."""
    return StandardRequirement.objects.filter(task__function__standard_level__standard=standard)


def editions() -> QuerySet[OccupationalStandard]:
    """Return every edition with its occupation, its number of levels and requirements, newest of an occupation first."""
    levels = StandardLevel.objects.filter(standard=OuterRef("pk")).order_by().values("standard")
    requirements = StandardRequirement.objects.filter(
        task__function__standard_level__standard=OuterRef("pk")
    ).order_by()
    return (
        OccupationalStandard.objects.select_related("occupation")
        .annotate(
            level_count=Coalesce(Subquery(levels.annotate(n=Count("pk")).values("n")), 0),
            requirement_count=Coalesce(
                Subquery(
                    requirements.values("task__function__standard_level__standard")
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                0,
            ),
        )
        .order_by("occupation_id", "-active_from", "-pk")
    )


def overlapping(*, standard: OccupationalStandard, begin: date, end: date | None) -> list[str]:
    """Return the editions of the same occupation that are published and in force on one of these days."""
    others = published_standards(standard.occupation_id).exclude(pk=standard.pk)
    later = Q(active_to__isnull=True) | Q(active_to__gt=begin)
    earlier = Q() if end is None else Q(active_from__lt=end)
    return list(others.filter(later, earlier).values_list("edition", flat=True))


def places_of_levels(levels: Iterable[int]) -> dict[int, int]:
    """
    Return the place (from 0) of each requirement in the order of its level, by the requirement's id, for levels of
    published standards: it never changes. One statement.
    """
    rows = StandardRequirement.objects.filter(task__function__standard_level__in=list(levels)).order_by(
        "task__function__standard_level", "task__function__number", "task__number", "-kind", "number"
    )
    places: dict[int, int] = {}
    level_before, place = None, 0
    for pk, level in rows.values_list("pk", "task__function__standard_level"):
        place = place + 1 if level == level_before else 0
        places[pk], level_before = place, level
    return places


class LevelInForce(NamedTuple):
    """A level of a standard in force, with how many requirements it has."""

    id: int
    occupation: str
    rank: int
    edition: str
    requirements: int


def levels_in_force(on: date, *, occupation: str = "") -> list[LevelInForce]:
    """Return the levels of all standards in force on a day (or of one), by occupation and level. One statement."""
    standards = standards_in_force(on).order_by()
    if occupation:
        standards = standards.filter(occupation=occupation)
    rows = StandardLevel.objects.filter(standard__in=standards.values("pk"), size__isnull=False)
    columns = ("pk", "standard__occupation", "level", "standard__edition", "size__requirements")
    return [
        LevelInForce(*row) for row in rows.order_by("standard__occupation", "level").values_list(*columns)
    ]
