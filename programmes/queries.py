"""Reading programmes: whose policy judges a lesson for whom."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from programmes.models import Programme
from unions.api import ancestor_uuids, union_of


def programmes_of(*, person: UUID, on: date) -> QuerySet[Programme]:
    """Return the programmes that run on a day for a person: those of the own union and of every union above it."""
    union = union_of(person, on)
    if union is None:
        return Programme.objects.none()
    chain = ancestor_uuids([union], on=on)[union]
    return _running(on).filter(union__uuid__in=chain)


def programmes_of_chain(*, ids: Sequence[int], on: date) -> QuerySet[Programme]:
    """Return the programmes that run on a day in one of these unions: a member's own and those above it."""
    return _running(on).filter(union__in=ids)


def _running(on: date) -> QuerySet[Programme]:
    return Programme.objects.filter(starts_on__lte=on, ends_on__gte=on).order_by("ends_on", "pk")


def policy_owners_for(*, lesson: UUID, person: UUID, on: date) -> list[str]:
    """
    Return the owner keys of the programmes whose policy also judges a lesson for a person on a day; each can only be
    stricter than the union's.
    """
    if not Programme.objects.filter(lessons__lesson=lesson, starts_on__lte=on, ends_on__gte=on).exists():
        return []
    running = programmes_of(person=person, on=on).filter(lessons__lesson=lesson)
    return [f"programme:{uuid}" for uuid in running.values_list("uuid", flat=True)]


def owner_keys_today(lesson: UUID, person: UUID) -> list[str]:
    """Return the owner keys for a lesson that is opened now."""
    return policy_owners_for(lesson=lesson, person=person, on=timezone.localdate())
