"""Finding an instructor by trade, level, region, honour, union or a word; everywhere in one order."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from instructors.models import Entitlement, InstructorProfile, InstructorProfileQuerySet, TaughtTrade
from instructors.queries.pool import listed, shown_honours


@dataclass(frozen=True)
class Wanted:
    """
    What is asked for; empty means any. ``rank`` is 1 to 8 and needs ``occupation``: it asks who may teach that level.
    ``region`` is the beginning of a GB/T 2260 code: two, four or six digits.
    """

    occupation: str = ""
    rank: int | None = None
    region: str = ""
    text: str = ""
    grade: int | None = None
    honour: str = ""
    union_path: str = ""
    """The path of a union: itself and everything below it today."""


def found(wanted: Wanted) -> InstructorProfileQuerySet:
    """
    Return the listed instructors that fit, the higher grade first, then by pinyin.

    With a level only who may teach it is found, by verified proof; with a trade alone also who names it.
    """
    rows = listed().order_by("-grade", "pinyin", "pk")
    if wanted.occupation:
        rows = rows.filter(_teaches(wanted))
    if wanted.region:
        rows = rows.filter(region_code__startswith=wanted.region)
    if wanted.grade is not None:
        rows = rows.filter(grade=wanted.grade)
    if wanted.honour:
        rows = rows.filter(
            Exists(shown_honours().order_by().filter(profile=OuterRef("pk"), honour=wanted.honour))
        )
    if wanted.union_path:
        rows = rows.filter(union__path__startswith=wanted.union_path)
    return rows.matching(wanted.text) if wanted.text else rows


def _teaches(wanted: Wanted) -> Any:
    entitled = Entitlement.objects.filter(profile=OuterRef("pk"), occupation=wanted.occupation)
    if wanted.rank is not None:
        return Exists(entitled.filter(rank=wanted.rank))
    named = TaughtTrade.objects.filter(profile=OuterRef("pk"), occupation=wanted.occupation)
    return Exists(entitled) | Exists(named)


Place = tuple[int, str, int]


def place_of(profile: InstructorProfile) -> Place:
    """Return where an instructor stands in the order of :func:`found`."""
    return (profile.grade, profile.pinyin, profile.pk)


def after(place: Place) -> Q:
    """Return the condition for those that stand behind a place in the order of :func:`found`."""
    grade, pinyin, pk = place
    return Q(grade__lt=grade) | Q(grade=grade) & (Q(pinyin__gt=pinyin) | Q(pinyin=pinyin, pk__gt=pk))
