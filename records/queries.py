"""A learner's own records: what was credited, what was not and why, what can still be earned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from core.clock import day_of, month_start
from core.db import now_ms
from records.breakdown import entries_from, sessions_from
from records.db import store
from records.ledger.again import stretches
from records.ledger.codec import load_days, load_intervals, load_segments, load_spans
from records.ledger.intervals import Interval, inside, measure, minus, union
from records.ledger.kinds import Counted, share_online
from records.models import DailyStudy, LedgerEntry, PartProgress, RefusedSpan, StudySession, StudyState

MAKE_UP_DAYS = 92
"""How far back refused positions are offered to be played again."""


@dataclass(frozen=True, slots=True)
class Filter:
    """
    What a learner looks for in the own records. Days are inclusive; ``text`` is looked for in titles; ``source`` is a key
    of ``breakdown.SOURCES``.
    """

    text: str = ""
    first: date | None = None
    last: date | None = None
    occupation: str = ""
    course: str = ""
    source: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether nothing is filtered."""
        return not (self.first or self.last or self.is_by_what)

    @property
    def is_by_what(self) -> bool:
        """Tell whether it looks for what was studied, not only for when."""
        return bool(self.text or self.occupation or self.course or self.source)


@dataclass(frozen=True, slots=True)
class Totals:
    """Credited ms of a learner."""

    today_ms: int
    month_ms: int
    year_ms: int


@dataclass(frozen=True, slots=True)
class DayTime:
    """Credited ms of a day in an occupation (a code, or empty)."""

    day: date
    occupation: str
    ms: int


@dataclass(frozen=True, slots=True)
class MakeUp:
    """
    What can still be earned of one part: refused positions, and time owed for any of it played again.

    ``from_day`` is the first day on which it counts; ``stretches`` are what to play for it.
    """

    lesson: UUID
    title: str
    part: UUID
    to_make_up: list[Interval]
    owed_ms: int
    from_day: date
    stretches: list[Interval] = field(default_factory=list)

    @property
    def ms(self) -> int:
        return measure(self.to_make_up) + self.owed_ms


@dataclass(slots=True)
class DayRecords:
    """One day: entries and refused spans, newest first, and the titles of their sessions."""

    day: date
    entries: list[LedgerEntry] = field(default_factory=list)
    refused: list[RefusedSpan] = field(default_factory=list)

    @property
    def ms(self) -> int:
        return sum(e.ms for e in self.entries)


def own_entries(learner: UUID, wanted: Filter) -> QuerySet[LedgerEntry]:
    """Return a learner's entries that a filter lets through, newest first."""
    entries = LedgerEntry.objects.filter(learner=learner)
    if wanted.first:
        entries = entries.filter(day__gte=wanted.first, month__gte=month_start(wanted.first))
    if wanted.last:
        entries = entries.filter(day__lte=wanted.last)
    if wanted.occupation:
        entries = entries.filter(occupation=wanted.occupation)
    if wanted.source:
        entries = entries.filter(entries_from(wanted.source))
    if wanted.text or wanted.course:
        entries = entries.filter(session__in=_sessions_with(learner, wanted))
    return entries.order_by("-n")


def own_refusals(learner: UUID, wanted: Filter) -> list[RefusedSpan]:
    """
    Return a learner's refused spans that a filter lets through, newest first, without those that were taken back. Each
    knows its objection (``objection.objection``), if it has one.
    """
    spans = RefusedSpan.objects.filter(learner=learner)
    if wanted.first:
        spans = spans.filter(day__gte=wanted.first)
    if wanted.last:
        spans = spans.filter(day__lte=wanted.last)
    if wanted.is_by_what:
        sessions = _sessions_with(learner, wanted)
        if wanted.occupation:
            sessions = sessions.filter(occupation=wanted.occupation)
        if wanted.source:
            from_there = sessions_from(wanted.source)
            sessions = sessions.filter(from_there) if from_there else sessions.none()
        spans = spans.filter(session__in=sessions)
    with_objections = spans.select_related("objection__objection").defer("objection__objection__evidence")
    rows = list(with_objections.order_by("-t_from", "-pk"))
    back = {row.takes_back for row in rows if row.takes_back is not None}
    return [row for row in rows if row.takes_back is None and row.pk not in back]


def refused_ms(spans: Iterable[RefusedSpan]) -> int:
    """
    Return how much refused spans come to, as people read it: the positions of each part, or the clock where a part has
    none.
    """
    by_part: dict[UUID, list[RefusedSpan]] = {}
    for span in spans:
        by_part.setdefault(span.part, []).append(span)
    found = 0
    for rows in by_part.values():
        places = [
            (row.position_from, row.position_to)
            for row in rows
            if row.position_from is not None and row.position_to is not None
        ]
        found += measure(union(places)) or measure(union((row.t_from, row.t_to) for row in rows))
    return found


def newest_days(
    learner: UUID, wanted: Filter, *, before: date | None, limit: int
) -> tuple[list[DayRecords], bool]:
    """
    Return the newest days with entries, before a day, and whether there are older ones. One query.

    A day is whole or not there: about ``limit`` entries are read, and the last day of them goes to the next page.
    """
    entries = own_entries(learner, wanted).order_by("-day", "-n")
    if before:
        entries = entries.filter(day__lt=before)
    found: dict[date, DayRecords] = {}
    rows = list(entries[: limit + 1])
    for entry in rows:
        found.setdefault(entry.day, DayRecords(entry.day)).entries.append(entry)
    is_more = len(rows) > limit
    if is_more and len(found) > 1:
        found.pop(rows[-1].day)
    elif is_more:
        day = rows[-1].day
        found[day].entries = list(entries.filter(day=day))
    return list(found.values()), is_more


def sessions_of(uuids: Iterable[UUID | None]) -> dict[UUID, StudySession]:
    """Return sessions by uuid, without the beats they received."""
    wanted = {uuid for uuid in uuids if uuid is not None}
    if not wanted:
        return {}
    rows = StudySession.objects.filter(pk__in=wanted).defer("received", "received_past", "terms", "checks")
    return {row.uuid: row for row in rows}


def year_times(learner: UUID, today: date) -> list[DayTime]:
    """
    Return the credited ms of this year by day and occupation, in one query.

    Past days come from their daily rows; today from the entries themselves, so that what was just acknowledged shows.
    """
    past = DailyStudy.objects.filter(learner=learner, day__gte=today.replace(month=1, day=1), day__lt=today)
    now = LedgerEntry.objects.filter(learner=learner, day=today, month__gte=month_start(today))
    columns = ("day", "code", "ms")
    rows = (
        past.values("day", code=F("occupation"))
        .annotate(ms=Sum("ms"))
        .values_list(*columns)
        .union(
            now.values("day", code=Coalesce("occupation", Value("")))
            .annotate(ms=Sum("ms"))
            .values_list(*columns),
            all=True,
        )
    )
    return [DayTime(*row) for row in rows]


def totals_of(times: Iterable[DayTime], today: date) -> Totals:
    """
    Return what was credited today, this month and this year.

    >>> totals_of([DayTime(date(2026, 11, 22), "", 5), DayTime(date(2026, 1, 9), "", 7)], date(2026, 11, 23))
    Totals(today_ms=0, month_ms=5, year_ms=12)
    """
    times = list(times)
    month = month_start(today)
    return Totals(
        sum(t.ms for t in times if t.day == today),
        sum(t.ms for t in times if t.day >= month),
        sum(t.ms for t in times),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The database's clock, and how a learner stands by it; without a state for who has never studied."""

    now: int
    state: StudyState | None
    progress: list[PartProgress]


def standing_of(learner: UUID) -> Standing:
    """Return where a learner stands now, in one statement; two for who has never studied."""
    found = store.load_standing(learner)
    if found is None:
        return Standing(now_ms(), None, [])
    now, state, progress = found
    return Standing(
        now, StudyState(learner=learner, **state), [PartProgress(learner=learner, **row) for row in progress]
    )


def state_of(learner: UUID) -> StudyState | None:
    """Return what waits for a proof and what the days within the window hold, or None for who has never studied."""
    return StudyState.objects.filter(pk=learner).only("pending", "days").first()


def own_progress(learner: UUID) -> list[PartProgress]:
    """Return the progress of a learner in every part ever begun, in one query."""
    return list(PartProgress.objects.filter(learner=learner))


def day_times(learner: UUID, first: date, last: date) -> dict[date, int]:
    """Return the credited ms of each day that has some, from its entries."""
    rows = (
        LedgerEntry.objects.filter(
            learner=learner, day__gte=first, day__lte=last, month__gte=month_start(first)
        )
        .values_list("day")
        .annotate(ms=Sum("ms"))
    )
    return dict(rows)


def make_up(
    learner: UUID,
    now: int,
    refusals: Sequence[RefusedSpan] | None = None,
    state: StudyState | None = None,
    progress: Iterable[PartProgress] | None = None,
    last_sessions: Mapping[UUID, StudySession] | None = None,
) -> list[MakeUp]:
    """
    Return what a learner can still earn, the lesson studied last first: positions that were refused and are neither
    covered nor waiting, and time owed because it was played faster than the clock or above a cap.

    ``refusals`` are those of the last ``MAKE_UP_DAYS``, ``state`` and all of ``progress`` are the
    learner's, ``last_sessions`` the newest of each lesson of :func:`lessons_open`, if the caller has them.
    """
    today = day_of(now)
    if refusals is None:
        refusals = own_refusals(learner, Filter(first=today - timedelta(days=MAKE_UP_DAYS)))
    if progress is None:
        progress = PartProgress.objects.filter(learner=learner)
    by_part = {p.part: p for p in progress}
    refused = _refused_places(refusals)
    newest: dict[UUID, int] = {}
    lessons: dict[UUID, UUID] = {}
    for span in refusals:
        newest[span.part] = max(newest.get(span.part, 0), span.recorded_at)
        lessons[span.part] = span.lesson
    wanted = set(refused) | {p.part for p in by_part.values() if p.covered_ms > p.credited_ms}
    for part in wanted:
        if part in by_part:
            lessons[part] = by_part[part].lesson
            newest[part] = max(newest.get(part, 0), by_part[part].updated_at)
    if not wanted:
        return []
    state = state or state_of(learner)
    waiting: dict[UUID, list[Interval]] = {}
    for waits in load_spans(state.pending) if state else []:
        waiting.setdefault(waits.part, []).extend(waits.path)
    if last_sessions is None:
        last_sessions, _ = sessions_on(learner, lessons={lessons[part] for part in wanted})
    capped = _is_capped_today(last_sessions.values(), state, today)
    out = []
    for part in sorted(wanted, key=lambda p: -newest[p]):
        session = last_sessions.get(lessons[part])
        if session is None:
            continue
        item = _make_up_of(part, session, by_part.get(part), refused.get(part, []), waiting.get(part, []))
        if item is not None:
            gaps, owed, again = item
            day = today + timedelta(days=1) if session.uuid in capped else today
            out.append(MakeUp(session.lesson, session.title, part, gaps, owed, day, again))
    return out


def lessons_open(refusals: Iterable[RefusedSpan], progress: Iterable[PartProgress]) -> set[UUID]:
    """Return the lessons of which something may still be earned; their sessions say what."""
    owed = {p.lesson for p in progress if p.covered_ms > p.credited_ms}
    return owed | {span.lesson for span in refusals if span.position_from is not None}


def sessions_on(
    learner: UUID, *, lessons: Iterable[UUID] = (), uuids: Iterable[UUID | None] = ()
) -> tuple[dict[UUID, StudySession], dict[UUID, StudySession]]:
    """Return the newest session of each of these lessons by lesson, and these sessions by uuid, in one query."""
    on, named = set(lessons), {uuid for uuid in uuids if uuid is not None}
    if not (on or named):
        return {}, {}
    which = Q(learner=learner, lesson__in=on) if on else Q(pk__in=named)
    if on and named:
        which |= Q(pk__in=named)
    rows = StudySession.objects.filter(which).defer("received", "received_past", "checks")
    found = list(rows.order_by("opened_at"))
    return {row.lesson: row for row in found if row.lesson in on}, {
        row.uuid: row for row in found if row.uuid in named
    }


def _refused_places(refusals: Iterable[RefusedSpan]) -> dict[UUID, list[Interval]]:
    found: dict[UUID, list[Interval]] = {}
    for span in refusals:
        if span.position_from is not None and span.position_to is not None and span.reason != "outside_part":
            found.setdefault(span.part, []).append((span.position_from, span.position_to))
    return found


def _make_up_of(
    part: UUID,
    session: StudySession,
    progress: PartProgress | None,
    refused: list[Interval],
    waiting: list[Interval],
) -> tuple[list[Interval], int, list[Interval]] | None:
    nominal = {UUID(p["uuid"]): p["nominal_ms"] for p in session.parts}.get(part)
    if nominal is None:
        return None  # the part is no longer in the lesson
    covered = load_intervals(progress.covered) if progress else []
    played = union([*covered, *waiting])
    gaps = minus(inside(union(refused), 0, nominal), played)
    owed = max(0, progress.covered_ms - progress.credited_ms) if progress and not waiting else 0
    again = stretches(gaps, owed_ms=owed, covered=covered, nominal_ms=nominal)
    return (gaps, owed, again) if gaps or owed else None


def _is_capped_today(sessions: Iterable[StudySession], state: StudyState | None, today: date) -> set[UUID]:
    """Return the sessions whose policy gives nothing more today."""
    spent = load_days(state.days).get(today, 0) if state else 0
    out = set()
    for session in sessions:
        cap = load_segments(session.terms)[-1][1].daily_cap_ms
        if cap is not None and spent >= cap:
            out.add(session.uuid)
    return out


def _sessions_with(learner: UUID, wanted: Filter) -> QuerySet[StudySession, Any]:
    rows = StudySession.objects.filter(learner=learner)
    if wanted.course:
        rows = rows.filter(course=wanted.course)
    for word in wanted.text.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(course_title__icontains=word) | Q(occupation_name__icontains=word)
        )
    return rows.values("uuid")  # for `session__in`


def counted_time(*, learner: UUID, first: date, last: date, share_permille: int | None) -> Counted:
    """
    Return the time a learner earned on these days, both included, under a share rule: a policy's ``online_share``, which a
    programme may set, limits how much of it may have been online. Attributions only move time between unions.
    """
    rows = (
        LedgerEntry.objects.filter(learner=learner, day__range=(first, last))
        .exclude(kind=LedgerEntry.Kind.ATTRIBUTION)
        .order_by()
        .values_list("online")
        .annotate(ms=Sum("ms"))
    )
    by_place = dict(rows)
    return share_online(by_place.get(True, 0), by_place.get(False, 0), share_permille)
