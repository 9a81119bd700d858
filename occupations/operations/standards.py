"""Writing standards: a draft as a whole, publishing it, changing its validity, taking it back."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, ProtectedError

from core import audit
from core.db import lock_rows
from occupations.models import (
    LevelSize,
    OccupationalStandard,
    StandardBasic,
    StandardFunction,
    StandardLevel,
    StandardRequirement,
    StandardTask,
)
from occupations.queries.standards import content_of
from occupations.rules import Content, Fault, faults_in

STREAM = "standards"


class StandardIncomplete(ValueError):
    """The standard cannot be published; ``faults`` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f.code for f in faults))
        self.faults = faults


class StandardFrozen(ValueError):
    """The edition was published; only its validity may change."""


class StandardOverlaps(ValueError):
    """Another edition of the occupation's standard is in force on a day of this one's validity."""


class StandardInUse(ValueError):
    """Courses refer to the edition, so it cannot be taken back."""


def day_or_none(text: str) -> date | None:
    """Return an ISO day; none for an empty text."""
    return date.fromisoformat(text) if text else None


@transaction.atomic
def save_content(*, content: Content, actor: UUID | None) -> OccupationalStandard:
    """
    Make the draft of an edition what ``content`` says, in a few statements whatever its size.

    :raises StandardFrozen: if the edition was published.
    :raises ProtectedError: if a course refers to the draft.
    """
    standard = lock_rows(
        OccupationalStandard.objects.filter(occupation=content.occupation, edition=content.edition)
    ).first()
    if standard is not None and not standard.is_draft:
        raise StandardFrozen
    standard = standard or OccupationalStandard(occupation_id=content.occupation, edition=content.edition)
    standard.is_example, standard.source, standard.licence = (
        content.is_example,
        content.source,
        content.licence,
    )
    standard.definition = content.definition
    standard.active_from = day_or_none(content.active_from)
    standard.active_to = day_or_none(content.active_to)
    standard.save()
    standard.basics.all().delete()
    standard.levels.all().delete()
    _write(standard, content)
    audit.record(
        stream=STREAM, action="standard.saved", actor=actor, target=f"standard:{standard.uuid}",
        detail={"occupation": content.occupation, "edition": content.edition},
    )  # fmt: skip
    return standard


def _write(standard: OccupationalStandard, content: Content) -> None:
    StandardBasic.objects.bulk_create(
        StandardBasic(standard=standard, kind=b.kind, number=b.number, text=b.text) for b in content.basics
    )
    levels = StandardLevel.objects.bulk_create(
        StandardLevel(
            standard=standard,
            level_id=level.rank,
            hours=level.hours,
            ethics_weight=level.ethics,
            basics_weight=level.basics,
            teacher_level_id=level.teacher.rank,
            teacher_years=level.teacher.years,
            teacher_title=level.teacher.title,
        )
        for level in content.levels
    )
    functions = [
        (f, StandardFunction(standard_level=row, number=f.number, name=f.name, theory_weight=f.theory, skill_weight=f.skill))
        for level, row in zip(content.levels, levels, strict=True)
        for f in level.functions
    ]  # fmt: skip
    StandardFunction.objects.bulk_create([row for _f, row in functions])
    tasks = [
        (t, StandardTask(function=row, number=t.number, name=t.name, is_hazardous=t.is_hazardous))
        for f, row in functions
        for t in f.tasks
    ]
    StandardTask.objects.bulk_create([row for _t, row in tasks])
    StandardRequirement.objects.bulk_create(
        [
            StandardRequirement(task=row, kind=r.kind, number=r.number, text=r.text)
            for t, row in tasks
            for r in t.requirements
        ],
        batch_size=500,
    )


@transaction.atomic
def publish_standard(
    *, standard: OccupationalStandard, now: datetime, actor: UUID | None
) -> OccupationalStandard:
    """
    Put an edition in force from its first day on, and freeze it. Publishing twice changes nothing.

    :raises StandardIncomplete: if something is missing or a column of its weights does not add up to 100.
    :raises StandardOverlaps: if another edition is in force on one of its days.
    """
    standard = lock_rows(OccupationalStandard.objects.filter(pk=standard.pk)).get()
    if not standard.is_draft:
        return standard
    if faults := faults_in(content_of(standard)):
        raise StandardIncomplete(faults)
    standard.published_at = now
    _save_validity(standard, ["published_at"])
    _count(standard)
    _record(standard, "standard.published", actor)
    return standard


def _count(standard: OccupationalStandard) -> None:
    """Note how many requirements each level has."""
    LevelSize.objects.filter(standard_level__standard=standard).delete()
    counted = standard.levels.annotate(n=Count("functions__tasks__requirements")).filter(n__gt=0)
    LevelSize.objects.bulk_create(
        LevelSize(standard_level_id=level, requirements=n)
        for level, n in counted.order_by().values_list("pk", "n")
    )


@transaction.atomic
def set_validity(
    *, standard: OccupationalStandard, active_from: date, active_to: date | None, actor: UUID | None
) -> OccupationalStandard:
    """
    Change from when and until when an edition is in force.

    :raises StandardOverlaps: if another edition is in force on one of these days.
    """
    standard.active_from, standard.active_to = active_from, active_to
    _save_validity(standard, ["active_from", "active_to"])
    _record(standard, "standard.validity", actor)
    return standard


@transaction.atomic
def take_back(*, standard: OccupationalStandard, actor: UUID | None) -> None:
    """
    Make a published edition a draft again.

    :raises StandardInUse: if a course refers to it: then it stays as it is.
    """
    _refuse_if_used(standard)
    OccupationalStandard.objects.filter(pk=standard.pk).update(published_at=None)
    standard.published_at = None
    _record(standard, "standard.taken_back", actor)


@transaction.atomic
def delete_standard(*, standard: OccupationalStandard, actor: UUID | None) -> None:
    """
    Delete an edition with all it contains.

    :raises StandardInUse: if a course refers to it.
    """
    take_back(standard=standard, actor=actor)
    _record(standard, "standard.deleted", actor)
    standard.delete()


def _refuse_if_used(standard: OccupationalStandard) -> None:
    """Courses stand above: they are asked by trying to delete, which their keys refuse."""
    try:
        with transaction.atomic():
            OccupationalStandard.objects.filter(pk=standard.pk).update(published_at=None)
            OccupationalStandard.objects.get(pk=standard.pk).delete()
            raise _NotMeant
    except _NotMeant:
        return
    except (ProtectedError, IntegrityError) as error:
        raise StandardInUse from error


class _NotMeant(Exception):
    """Rolls a trial back."""


def _save_validity(standard: OccupationalStandard, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            standard.save(update_fields=fields)
    except IntegrityError as error:
        if "standard_one_in_force" in str(error):
            raise StandardOverlaps from error
        raise


def _record(standard: OccupationalStandard, action: str, actor: UUID | None) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor,
        target=f"standard:{standard.uuid}",
        detail={
            "occupation": standard.occupation_id,
            "edition": standard.edition,
            "from": str(standard.active_from),
            "to": str(standard.active_to),
        },
    )
