"""Reading the roll-ups of learners, for those who make figures of unions from them."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from records.models import DailyStudy, LearnerPeriod, LedgerEntry, StudySession


def time_booked(*, unions: Iterable[UUID], start: date, end: date) -> dict[UUID, int]:
    """Return ms by learner of what is booked to these unions from ``start`` to the day before ``end``."""
    rows = DailyStudy.objects.filter(union__in=list(unions), booked_on__gte=start, booked_on__lt=end)
    return dict(rows.order_by().values_list("learner").annotate(ms=Sum("ms")))


def period_times(*, kind: str, start: date, learners: Iterable[UUID]) -> dict[UUID, int]:
    """Return ms by learner in a month, quarter or year, wherever earned. ``learners`` may be a queryset of uuids."""
    rows = LearnerPeriod.objects.filter(kind=kind, start=start, learner__in=learners)
    return dict(rows.values_list("learner", "ms"))


def entries_booked(
    *, learners: Iterable[UUID], unions: Iterable[UUID], start: date, end: date
) -> QuerySet[LedgerEntry]:
    """Return the entries of these chains that are booked to these unions in [start, end), newest first."""
    rows = LedgerEntry.objects.filter(
        learner__in=list(learners), union__in=list(unions), booked_on__gte=start, booked_on__lt=end
    )
    return rows.order_by("-day", "-t_from", "-n")


def number_and_time(entries: QuerySet[LedgerEntry]) -> tuple[int, int]:
    """Return how many entries there are and what they come to in ms, in one query."""
    found = entries.order_by().aggregate(number=Count("n"), ms=Sum("ms"))
    return found["number"], found["ms"] or 0


def entry_words() -> tuple[dict[str, str], dict[str, str]]:
    """Return the kinds of entries and of their evidence, each with its word."""
    kinds, evidence = LedgerEntry.Kind.choices, LedgerEntry.Evidence.choices
    return {key: str(word) for key, word in kinds}, {key: str(word) for key, word in evidence}


def titles_of(sessions: Iterable[UUID]) -> dict[UUID, str]:
    """Return what was studied in each session, as it was called when the session was opened."""
    return dict(StudySession.objects.filter(uuid__in=list(sessions)).values_list("uuid", "title"))
