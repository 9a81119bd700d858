"""A learner's records as the page shows them: days, lessons in them, and the evidence behind each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from core import display
from core.clock import day_of, from_ms, month_start
from occupations.api import occupation_names
from records import breakdown, reasons
from records.breakdown import Share, shares_of_year
from records.ledger.codec import load_intervals, load_spans
from records.ledger.intervals import Interval, free, inside
from records.ledger.periods import next_month
from records.models import (
    Correction,
    LedgerEntry,
    Objection,
    RefusedSpan,
    StudySession,
    StudyState,
)
from records.queries import (
    MAKE_UP_DAYS,
    DayRecords,
    DayTime,
    Filter,
    MakeUp,
    Standing,
    lessons_open,
    make_up,
    newest_days,
    own_refusals,
    refused_ms,
    sessions_on,
    totals_of,
    year_times,
)

ENTRIES_A_PAGE = 30
LESSONS_SHOWN, STRETCHES_SHOWN = 6, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: words, a month, what was studied, and the day before which the page begins."""

    text: str = ""
    month: date | None = None
    occupation: str = ""
    before: date | None = None
    course: str = ""
    source: str = ""

    @property
    def filter(self) -> Filter:
        last = next_month(self.month) - timedelta(days=1) if self.month else None
        return Filter(self.text, self.month, last, self.occupation, self.course, self.source)

    def address(self, **changed: Any) -> str:
        """Return the address of this question with some of it changed; paging starts over unless it is named."""
        values = {
            "q": self.text,
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "occupation": self.occupation,
            "course": self.course,
            "source": self.source,
            "before": "",
        } | {name: "" if value is None else str(value) for name, value in changed.items()}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"?{query}" if query else "?"


@dataclass(frozen=True)
class Gaps:
    """What can still be earned of each part, and the positions of it that were played and proved."""

    by_part: Mapping[UUID, MakeUp]
    covered: Mapping[UUID, list[Interval]]
    today: date

    def is_open(self, span: RefusedSpan) -> bool:
        """Tell whether something of a refused span is still to be earned: it may have been played again since."""
        left = self.by_part.get(span.part)
        if left is None:
            return False
        return bool(left.owed_ms) or any(inside(left.to_make_up, a, b) for a, b in _positions([span]))

    def can_be_earned(self, span: RefusedSpan) -> bool:
        """Tell whether playing it today would count: what counts only from tomorrow on is not offered today."""
        return self.is_open(span) and self.by_part[span.part].from_day <= self.today

    def first_of(self, spans: Iterable[RefusedSpan]) -> str:
        """Return where the player plays the first open stretch of these spans, or nothing."""
        for span in sorted(spans, key=lambda s: (s.t_from, s.position_from or 0)):
            left = self.by_part.get(span.part)
            for a, b in left.stretches if left else []:
                if inside([(a, b)], span.position_from or 0, span.position_to or 0):
                    return str(_stretch(span.lesson, span.part, (a, b))["url"])
        return ""

    def is_made_up(self, span: RefusedSpan) -> bool:
        played = self.covered.get(span.part, [])
        places = _positions([span])
        return bool(places) and not any(free(played, a, b) for a, b in places) and not self.is_open(span)


def records_page(*, learner: UUID, asked: Asked, standing: Standing, goal_ms: int) -> dict[str, Any]:
    """Return everything the page shows, in five queries however many records there are; six if an occupation has no name."""
    today = day_of(standing.now)
    times = year_times(learner, today)
    shares = shares_of_year(learner, today)
    since = today - timedelta(days=MAKE_UP_DAYS)
    recent = own_refusals(learner, Filter(first=since))
    days, has_older = newest_days(learner, asked.filter, before=asked.before, limit=ENTRIES_A_PAGE)
    _add_refusals(days, asked, recent, since, learner, is_last=not has_older, today=today)
    state, progress = standing.state, standing.progress
    last_sessions, sessions = sessions_on(
        learner,
        lessons=lessons_open(recent, progress),
        uuids=[e.session for d in days for e in d.entries] + [r.session for d in days for r in d.refused],
    )
    earned = make_up(learner, standing.now, recent, state, progress, last_sessions)
    covered = {p.part: load_intervals(p.covered) for p in progress}
    names = _names(asked, times, sessions)
    gaps = Gaps({item.part: item for item in earned}, covered, today)
    return {
        "totals": _totals(times, today),
        "month": _month(times, today, goal_ms, state, sum(m.ms for m in earned)),
        "make_up_ms": sum(m.ms for m in earned),
        "make_up": [
            {
                "title": item.title,
                "lesson": item.lesson,
                "ms": item.ms,
                "from_day": item.from_day if item.from_day > today else None,
                "stretches": item.stretches[:STRETCHES_SHOWN] if item.from_day <= today else [],
                "more": max(0, len(item.stretches) - STRETCHES_SHOWN) if item.from_day <= today else 0,
            }
            for item in _by_lesson(earned)[:LESSONS_SHOWN]
        ],
        "months": _months(asked, times, today),
        "occupations": _occupations(asked, names),
        "sources": _sources(asked, shares),
        "course": _course(asked, shares, sessions),
        "year": _year(asked, times, shares, names),
        "days": [_day(d, sessions, gaps) for d in days],
        "older": asked.address(before=days[-1].day) if has_older and days else "",
        "is_filtered": not asked.filter.is_open,
        "is_empty": not times and not recent and not days,
        "asked": asked,
    }


def _totals(times: Sequence[DayTime], today: date) -> list[tuple[str, int]]:
    found = totals_of(times, today)
    return [(_("今天"), found.today_ms), (_("本月"), found.month_ms), (_("今年"), found.year_ms)]


def _month(
    times: Sequence[DayTime], today: date, goal_ms: int, state: StudyState | None, refused_ms: int
) -> dict[str, Any]:
    first = month_start(today)
    by_day: dict[date, int] = {}
    for time in times:
        if time.day >= first:
            by_day[time.day] = by_day.get(time.day, 0) + time.ms
    length = (next_month(first) - first).days
    pending = load_spans(state.pending) if state else []
    return {
        "counted_ms": max(0, sum(by_day.values())),
        "pending_ms": sum(s.end - s.start for s in pending),
        "refused_ms": refused_ms,
        "goal_ms": goal_ms,
        "days": [
            {"day": n + 1, "counted_ms": max(0, by_day.get(first + timedelta(days=n), 0))}
            for n in range(length)
        ],
    }


def _months(asked: Asked, times: Sequence[DayTime], today: date) -> list[dict[str, Any]]:
    """Return a chip for each month of this year that has something, newest first, and for the one asked for."""
    months = {month_start(t.day) for t in times} | {month_start(today)}
    if asked.month:
        months.add(asked.month)
    if len(months) < 2:
        return []
    chips = [{"label": _("全部月份"), "url": asked.address(month=None), "current": asked.month is None}]
    return chips + [
        {"label": display.month(m), "url": asked.address(month=f"{m:%Y-%m}"), "current": m == asked.month}
        for m in sorted(months, reverse=True)
    ]


def _names(asked: Asked, times: Sequence[DayTime], sessions: Mapping[UUID, StudySession]) -> dict[str, str]:
    """Return the occupations of this year and page by code, and the one asked for, with their names."""
    names = {s.occupation: s.occupation_name for s in sessions.values() if s.occupation}
    codes = {t.occupation for t in times if t.occupation} | ({asked.occupation} - {""})
    if unnamed := codes - set(names):
        names |= occupation_names(unnamed)  # studied in months that are not on this page
    return {code: names.get(code) or code for code in sorted(codes | set(names))}


def _occupations(asked: Asked, names: Mapping[str, str]) -> list[dict[str, Any]]:
    if len(names) < 2 and not asked.occupation:
        return []
    chips = [{"label": _("全部工种"), "url": asked.address(occupation=""), "current": not asked.occupation}]
    return chips + [
        {"label": name, "url": asked.address(occupation=code), "current": code == asked.occupation}
        for code, name in names.items()
    ]


def _sources(asked: Asked, shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Return a chip for each source of this year, and for the one asked for; none where there is but one."""
    known = {key: name for key, name, _ms in breakdown.sources_in(shares)}
    if asked.source in breakdown.SOURCES:
        known[asked.source] = str(breakdown.SOURCES[asked.source])
    if len(known) < 2 and not asked.source:
        return []
    chips = [{"label": _("全部来源"), "url": asked.address(source=""), "current": not asked.source}]
    return chips + [
        {"label": name, "url": asked.address(source=key), "current": key == asked.source}
        for key, name in known.items()
    ]


def _course(
    asked: Asked, shares: Sequence[Share], sessions: Mapping[UUID, StudySession]
) -> dict[str, str] | None:
    """Return the course asked for, and the way back to all of them."""
    if not asked.course:
        return None
    titles = {s.course: s.course_title for s in sessions.values()} | {s.course: s.title for s in shares}
    return {"title": titles.get(asked.course) or _("课程"), "url": asked.address(course="")}


def _year(
    asked: Asked,
    times: Sequence[DayTime],
    shares: Sequence[Share],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return this year by course, occupation and source: tables of name, ms and the address that shows just these."""
    by_occupation: dict[str, int] = {}
    for time in times:
        by_occupation[time.occupation] = by_occupation.get(time.occupation, 0) + time.ms
    occupations = sorted(by_occupation.items(), key=lambda row: (-row[1], row[0]))
    tables = [
        (_("按课程"), "course", breakdown.courses_in(shares)),
        (
            _("按工种"),
            "occupation",
            [(c, names.get(c) or c or _("没有分工种"), ms) for c, ms in occupations if ms],
        ),
        (_("按来源"), "source", breakdown.sources_in(shares)),
    ]
    return [
        {
            "title": title,
            "rows": [(name, ms, asked.address(**{by: key}) if key else "") for key, name, ms in rows],
        }
        for title, by, rows in tables
        if rows
    ]


def _add_refusals(
    days: list[DayRecords], asked: Asked, recent: Sequence[RefusedSpan], since: date, learner: UUID, *, is_last: bool,
    today: date,
) -> None:  # fmt: skip
    """Put refused spans into the days they belong to, and days with nothing but refused spans between them."""
    newest = asked.before - timedelta(days=1) if asked.before else today
    oldest = min((d.day for d in days), default=since)
    if is_last:
        oldest = min(oldest, asked.month or since)
    wanted = asked.filter
    if wanted.is_by_what or oldest < since:
        first = max(oldest, wanted.first) if wanted.first else oldest
        spans = own_refusals(learner, replace(wanted, first=first))
    else:
        spans = list(recent)
    by_day = {d.day: d for d in days}
    for span in spans:
        if not oldest <= span.day <= newest:
            continue
        if (wanted.first and span.day < wanted.first) or (wanted.last and span.day > wanted.last):
            continue
        if span.day not in by_day:
            by_day[span.day] = DayRecords(span.day)
        by_day[span.day].refused.append(span)
    days[:] = sorted(by_day.values(), key=lambda d: d.day, reverse=True)


def _day(records: DayRecords, sessions: dict[UUID, StudySession], gaps: Gaps) -> dict[str, Any]:
    rows: dict[UUID | int, list[LedgerEntry]] = {}
    for entry in records.entries:
        rows.setdefault(entry.session or entry.n, []).append(entry)
    refused: dict[UUID, list[RefusedSpan]] = {}
    for span in records.refused:
        refused.setdefault(span.session, []).append(span)
    shown = [
        _row(entries, sessions, _refusals(refused.pop(key, []) if isinstance(key, UUID) else [], gaps))
        for key, entries in rows.items()
    ]
    shown += [_refused_only(session, spans, sessions, gaps) for session, spans in refused.items()]
    shown.sort(key=lambda row: -row["began"])
    return {"on": records.day, "ms": records.ms, "entries": shown}


def _row(
    entries: Sequence[LedgerEntry], sessions: dict[UUID, StudySession], refusals: list[dict[str, Any]]
) -> dict[str, Any]:
    first = entries[0]
    session = sessions.get(first.session) if first.session else None
    began, ended = min(e.t_from for e in entries), max(e.t_to for e in entries)
    recorded = day_of(max(e.recorded_at for e in entries))
    return {
        "began": began,
        "title": session.title if session else _kind_of(first),
        "lesson": first.lesson if session else None,
        "course": session.course_title if session else "",
        "ms": sum(e.ms for e in entries),
        "at": _span_of_day(began, ended),
        "late": _("{day}上传").format(day=display.day(recorded)) if recorded > first.day else "",
        "refusals": refusals,
        "evidence": [_evidence(entry) for entry in entries],
        "session": session,
    }


def _refused_only(
    session: UUID,
    spans: Sequence[RefusedSpan],
    sessions: dict[UUID, StudySession],
    gaps: Gaps,
) -> dict[str, Any]:
    known = sessions.get(session)
    began, ended = min(s.t_from for s in spans), max(s.t_to for s in spans)
    return {
        "began": began,
        "title": known.title if known else _("学习"),
        "lesson": spans[0].lesson,
        "course": known.course_title if known else "",
        "ms": 0,
        "at": _span_of_day(began, ended),
        "late": "",
        "refusals": _refusals(spans, gaps),
        "evidence": [],
        "session": known,
    }


def _refusals(spans: Sequence[RefusedSpan], gaps: Gaps) -> list[dict[str, Any]]:
    """
    Return one row a reason: how much, why, when, where to play it again if that is still to be earned, and what became
    of an objection, or which span to object to.
    """
    by_reason: dict[str, list[RefusedSpan]] = {}
    for span in spans:
        by_reason.setdefault(span.reason, []).append(span)
    out = []
    for reason, rows in by_reason.items():
        ms = refused_ms(rows)
        if ms < 1_000:
            continue  # a player's rounding, not something a person could play again
        can_replay = reasons.helps_to_replay(reason)
        can_earn = can_replay and any(gaps.can_be_earned(row) for row in rows)
        is_made_up = can_replay and all(gaps.is_made_up(row) for row in rows)
        out.append(
            {
                "what": reasons.what(ms),
                "why": reasons.made_up(reason) if is_made_up else reasons.why(reason),
                "when": _span_of_day(min(r.t_from for r in rows), max(r.t_to for r in rows)),
                "lesson": rows[0].lesson if can_earn else None,
                "again": gaps.first_of(rows) if can_earn else "",
                **_objection(rows),
            }
        )
    return out


def _objection(rows: Sequence[RefusedSpan]) -> dict[str, Any]:
    """Return the newest objection to these spans in words, and a span that nobody has objected to yet."""
    known = {link.objection for row in rows if (link := getattr(row, "objection", None)) is not None}
    free = [row.pk for row in rows if not hasattr(row, "objection")]
    if not known:
        return {"object_to": free[0], "objection": None, "objection_state": ""}
    newest = max(known, key=lambda o: o.filed_at)
    words = {
        Objection.State.UPHELD: _("异议成立，已经补上"),
        Objection.State.NOT_UPHELD: _("异议没有成立，看答复"),
    }
    waiting = _("异议在办，最晚{day}答复").format(day=display.day(newest.due_on))
    is_decided = all(o.state not in Objection.OPEN for o in known)
    return {
        "object_to": free[0] if free and is_decided else None,
        "objection": newest.uuid,
        "objection_state": words.get(Objection.State(newest.state), waiting),
    }


def _positions(rows: Iterable[RefusedSpan]) -> list[Interval]:
    return [
        (r.position_from, r.position_to)
        for r in rows
        if r.position_from is not None and r.position_to is not None
    ]


def _evidence(entry: LedgerEntry) -> dict[str, Any]:
    pairs = [[int(x) for x in pair.split("-")] for pair in entry.ranges.split(",") if pair]
    return {
        "n": entry.n,
        "ms": entry.ms,
        "at": _span_of_day(entry.t_from, entry.t_to),
        "places": _("、").join(f"{display.clock_position(a)}–{display.clock_position(b)}" for a, b in pairs),
        "kind": _kind_of(entry),
        "corrected": str(Correction.Why(entry.reason).label) if entry.reason in Correction.Why.values else "",
        "policy": entry.policy,
        "hash": bytes(entry.hash).hex(),
    }


def _kind_of(entry: LedgerEntry) -> str:
    return str(LedgerEntry.Kind(entry.kind).label)


def _span_of_day(start: int, end: int) -> str:
    first, last = from_ms(start), from_ms(end)
    return f"{first:%H:%M}" if f"{first:%H:%M}" == f"{last:%H:%M}" else f"{first:%H:%M}–{last:%H:%M}"


def _by_lesson(items: Iterable[Any]) -> list[Any]:
    """Return one item a lesson with what its parts add up to; only what is shown has its stretches written out."""
    merged: dict[UUID, _LessonMakeUp] = {}
    for item in items:
        known = merged.setdefault(item.lesson, _LessonMakeUp(item.lesson, item.title, 0, item.from_day))
        known.ms += item.ms
        if len(merged) <= LESSONS_SHOWN:
            known.stretches += [_stretch(item.lesson, item.part, each) for each in item.stretches]
    return list(merged.values())


@dataclass(slots=True)
class _LessonMakeUp:
    lesson: UUID
    title: str
    ms: int
    from_day: date
    stretches: list[dict[str, Any]] = field(default_factory=list)


def _stretch(lesson: UUID, part: UUID, place: Interval) -> dict[str, Any]:
    """Return a stretch to play again: where it begins, how long it is, and where the player plays just that."""
    query = urlencode({"part": part, "from": place[0], "to": place[1]})
    address = f"{reverse('courses:lesson', args=[lesson])}?{query}"
    return {"at": display.clock_position(place[0]), "ms": place[1] - place[0], "url": address}
