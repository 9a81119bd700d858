"""
One request's work on one learner: rows become what the rules know, and what the rules decide becomes rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from core.clock import day_of
from records.db import store
from records.ledger import codec
from records.ledger.chain import Draft, link
from records.ledger.format import ranges_text
from records.ledger.intervals import Interval, measure, union
from records.ledger.periods import booked_on
from records.ledger.presence import forget, pending_credit, settle
from records.ledger.rules import is_complete
from records.ledger.state import (
    Clock,
    Context,
    Learner,
    Outcome,
    PartSets,
    Refusal,
    Session,
    SessionPart,
)
from records.ledger.terms import DAY_MS
from records.models import RefusedSpan, StudySession
from records.models.rollups import UNASSIGNED
from records.operations.hashing import format_in_force
from unions.api import union_of

RECENT_INTERVALS = 64


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry says about the session it came from."""

    lesson: UUID
    edition: UUID | None
    activity: str
    occupation: str
    level: int | None
    source: str


class Sight(Protocol):
    """What an answer needs to know of a learner and one session: of a person (:class:`Work`) or of a guest."""

    now: int
    row: store.Row
    session: Session
    learner: Learner
    sets: dict[UUID, PartSets]
    out: Outcome

    def credit(self) -> tuple[int, int]: ...

    def pending(self) -> dict[UUID, tuple[int, list[Interval]]]: ...


class Work:
    """
    The rules' view of a learner and one session, and the changes to write.

    ``settle`` loads what a decision needs beyond the session's lesson: parts and sessions of other spans that wait.
    ``touched`` says that there is something to write even if nothing was refused; ``unwritten`` are refusals that
    were written before.
    """

    def __init__(self, learner: UUID, loaded: store.Loaded) -> None:
        self.uuid = learner
        self.now = loaded.now
        self.newest_policy = loaded.newest_policy
        self.row = loaded.session
        self.state_row = loaded.state
        self.session = session_of(loaded.session)
        self.learner = learner_of(learner, loaded.state)
        self.sets = {row["part"]: _sets(row) for row in loaded.progress}
        for part, snapshot in self.session.parts.items():
            if part not in self.sets:
                self.sets[part] = PartSets(
                    part, self.session.lesson, self.session.course, snapshot.nominal_ms
                )
        self.out = Outcome()
        self.changes = store.Changes(learner, loaded.state["version"], session=self.session.uuid)
        self._sources = {self.session.uuid: _source(self.row)}
        self._settled = False
        self.touched = False
        self.unwritten: set[Refusal] = set()

    def settle(self) -> None:
        """Decide every span that has a judgement at or after it; changes what is credited."""
        self._load_other_parts()
        self._load_course_credit()
        self._settled = self.touched = True
        settle(self.learner, self.sets, self.out, expire_before=self.now - self.window_ms)

    @property
    def window_ms(self) -> int:
        terms = self.session.terms_at(self.now)
        days = max(self.state_row["window_days"], terms.lateness_days + terms.makeup_days)
        return days * DAY_MS

    def credit(self) -> tuple[int, int]:
        """Return (credited, pending) ms of the session's lesson."""
        mine = [sets for sets in self.sets.values() if sets.lesson == self.session.lesson]
        credited = sum(sets.credited_ms for sets in mine)
        return credited, sum(ms for part, (ms, _) in self.pending().items() if part in {s.part for s in mine})

    def pending(self) -> dict[UUID, tuple[int, list[Interval]]]:
        """Return what a proof now would credit by part, and the positions it would cover."""
        terms = self.session.terms_at(self.now)
        if terms.daily_cap_ms is not None or terms.course_cap_ms is not None:
            # Caps are shared with the parts of other lessons that wait.
            self._load_other_parts()
            self._load_course_credit()
        return pending_credit(self.learner, self.sets, terms, self.now)

    def finish(self) -> store.Changes:
        """Return what must be written, decided entries linked into the chain."""
        self._state_columns()
        if self._settled:
            self._entries()
            self._progress()
            self._completion()
        self.changes.refused = self._refused_rows()
        return self.changes

    def _state_columns(self) -> None:
        learner = self.learner
        learner.clock.shift(RECENT_INTERVALS)
        forget(learner, self.now - self.window_ms)
        oldest = day_of(self.now - self.window_ms)
        columns = {
            "clock": codec.dump_intervals(learner.clock.recent),
            "pending": codec.dump_spans([s for s in learner.spans if not s.is_missed]),
            "missed": codec.dump_spans([s for s in learner.spans if s.is_missed]),
            "judgements": codec.dump_judgements(learner.judgements),
            "days": codec.dump_days({d: ms for d, ms in learner.days.items() if d >= oldest}),
            "window_days": self.window_ms // DAY_MS,
            "updated_at": self.now,
        }
        if learner.granted and learner.granted[0][1] <= self.now - self.window_ms:
            kept = [each for each in learner.granted if each[1] > self.now - self.window_ms]
            columns["granted"] = codec.dump_intervals(kept)
        if learner.clock.is_past_changed:
            columns["clock_past"] = codec.dump_intervals(learner.clock.past)
        self.changes.state = columns | self.changes.state

    def _entries(self) -> None:
        drafts = list(self._drafts())
        if not drafts:
            return
        recorded_on = day_of(self.now)
        self.changes.links = link(
            drafts,
            learner=self.uuid,
            length=self.state_row["chain_length"],
            head=self.state_row["chain_head"],
            recorded_at=self.now,
            book=lambda day: booked_on(day, recorded_on),
            format_number=format_in_force(),
        )
        self.changes.state |= {
            "chain_length": self.state_row["chain_length"] + len(drafts),
            "chain_head": self.changes.links[-1].hash,
        }

    def _drafts(self) -> Iterable[Draft]:
        """Yield one entry per part, day, session and policy of the instants that became credited."""
        groups: dict[tuple[UUID, date, Context], list[Interval]] = {}
        for taking in self.out.takings:
            groups.setdefault((taking.part, day_of(taking.start), taking.context), []).append(
                (taking.start, taking.end)
            )
        positions: dict[tuple[UUID, date, Context], list[Interval]] = {}
        for span in self.out.entered:
            positions.setdefault((span.part, day_of(span.start), span.context), []).extend(span.path)
        sources = self._sources_of({context.session for _, _, context in groups})
        unions: dict[date, UUID | None] = {}
        for (part, day, context), instants in groups.items():
            source = sources[context.session]
            if day not in unions:
                unions[day] = union_of(self.uuid, day)
            yield Draft(
                kind="study",
                source=source.source,
                session=context.session,
                lesson=source.lesson,
                part=part,
                edition=source.edition,
                activity=source.activity,
                occupation=source.occupation or None,
                level=source.level,
                t_from=min(a for a, _ in instants),
                t_to=max(b for _, b in instants),
                ranges=ranges_text(union(positions.get((part, day, context), []))),
                ms=measure(instants),
                day=day,
                union=unions[day],
                policy=context.policy,
                evidence="offline" if source.source == "offline" else "beats",
            )

    def _progress(self) -> None:
        entered = {span.part for span in self.out.entered}
        for part in entered:
            sets = self.sets[part]
            self.changes.progress.append(
                {
                    "part": part,
                    "lesson": sets.lesson,
                    "course": sets.course,
                    "nominal_ms": sets.nominal_ms,
                    "covered": codec.dump_intervals(sets.covered),
                    "covered_ms": sets.covered_ms,
                    "worked_ms": sets.worked_ms,
                    "credited_ms": sets.credited_ms,
                    "spare": codec.dump_spare(sets.spare),
                    "last_position": sets.last_position,
                    "updated_at": self.now,
                }
            )

    def _completion(self) -> None:
        """Note that the session's lesson is complete, if this request made it so; once a lesson."""
        entered = [span for span in self.out.entered if span.context.lesson == self.session.lesson]
        nominal = {part: snapshot.nominal_ms for part, snapshot in self.session.parts.items()}
        permille = self.session.terms_at(self.now).complete_permille
        if not entered or not is_complete(self.sets, nominal, permille):
            return
        day = day_of(max(span.start for span in entered))
        by_day = {each.entry.day: each.entry.union for each in self.changes.links}
        union_uuid = by_day[day] if day in by_day else union_of(self.uuid, day)
        self.changes.completions = [
            {
                "learner": self.uuid,
                "lesson": self.session.lesson,
                "edition": self.row["edition"],
                "course": self.session.course,
                "day": day,
                "booked_on": booked_on(day, day_of(self.now)),
                "union": union_uuid or UUID(UNASSIGNED),
                "occupation": self.row["occupation"],
                "level": self.row["level"] or 0,
                "recorded_at": self.now,
            }
        ]

    def _refused_rows(self) -> list[store.Row]:
        kept = [r for r in self.out.refusals if r.reason != "ahead_of_clock" and r not in self.unwritten]
        earlier = self._taken_back([r for r in kept if r.takes_back])
        rows = []
        for refusal in kept:
            row = {
                "learner": self.uuid,
                "session": refusal.context.session,
                "seq": refusal.seq,
                "lesson": refusal.context.lesson,
                "part": refusal.part,
                "position_from": refusal.positions[0] if refusal.positions else None,
                "position_to": refusal.positions[1] if refusal.positions else None,
                "t_from": refusal.start,
                "t_to": refusal.end,
                "reason": refusal.reason,
                "policy": refusal.context.policy,
                "day": day_of(refusal.start),
                "takes_back": None,
                "recorded_at": self.now,
            }
            if refusal.takes_back:
                row["takes_back"] = _earlier_row(refusal, earlier)
                if row["takes_back"] is None:
                    continue
            rows.append(row)
        return rows

    def _taken_back(self, refusals: Sequence[Refusal]) -> list[RefusedSpan]:
        if not refusals:
            return []
        return list(
            RefusedSpan.objects.filter(
                learner=self.uuid,
                reason="missed_check",
                takes_back=None,
                part__in={r.part for r in refusals},
                t_to__gt=min(r.start for r in refusals),
                t_from__lt=max(r.end for r in refusals),
            )
        )

    def _load_other_parts(self) -> None:
        others = {s.part: s.context for s in self.learner.spans if s.part not in self.sets}
        if not others:
            return
        for row in store.load_progress(self.uuid, list(others)):
            self.sets[row["part"]] = _sets(row)
        missing = {context.session for part, context in others.items() if part not in self.sets}
        nominal: dict[UUID, int] = {}
        for known in StudySession.objects.filter(pk__in=missing).values_list("parts", flat=True):
            nominal |= {UUID(p["uuid"]): p["nominal_ms"] for p in known}
        for part, context in others.items():
            if part not in self.sets:
                self.sets[part] = PartSets(part, context.lesson, context.course, nominal[part])

    def _load_course_credit(self) -> None:
        wanted = {s.context.course for s in self.learner.spans if s.context.course_cap_ms is not None}
        wanted |= {
            context.course
            for sets in self.sets.values()
            for _, _, context in sets.spare
            if context.course_cap_ms is not None
        }
        for course in wanted - self.learner.courses.keys():
            self.learner.courses[course] = store.course_credit(self.uuid, course)

    def _sources_of(self, sessions: set[UUID]) -> dict[UUID, Source]:
        missing = sessions - self._sources.keys()
        if missing:
            columns = ("uuid", "lesson", "edition", "activity", "occupation", "level", "source")
            for row in StudySession.objects.filter(pk__in=missing).values(*columns):
                self._sources[row["uuid"]] = _source(row)
        return self._sources


def session_of(row: store.Row) -> Session:
    """Return a session as the rules see it."""
    return Session(
        uuid=row["uuid"],
        lesson=row["lesson"],
        course=row["course"],
        opened_at=row["opened_at"],
        parts={UUID(p["uuid"]): SessionPart(p["kind"], p["nominal_ms"]) for p in row["parts"]},
        segments=codec.load_segments(row["terms"]),
        checks=codec.load_checks(row["checks"]),
        ended_at=row["ended_at"],
        end_reason=row["end_reason"],
    )


def learner_of(uuid: UUID, state: store.Row) -> Learner:
    """Return a learner as the rules see it; the older clock is read only when it is asked for."""
    return Learner(
        clock=Clock(
            codec.load_intervals(state["clock"]),
            lambda: codec.load_intervals(
                store.load_column("records_studystate", "clock_past", "learner", uuid)
            ),
        ),
        granted=codec.load_intervals(state["granted"]),
        spans=codec.load_spans(state["missed"], is_missed=True) + codec.load_spans(state["pending"]),
        judgements=codec.load_judgements(state["judgements"]),
        days=codec.load_days(state["days"]),
    )


def _sets(row: store.Row) -> PartSets:
    return PartSets(
        part=row["part"],
        lesson=row["lesson"],
        course=row["course"],
        nominal_ms=row["nominal_ms"],
        covered=codec.load_intervals(row["covered"]),
        covered_ms=row["covered_ms"],
        worked_ms=row["worked_ms"],
        credited_ms=row["credited_ms"],
        spare=codec.load_spare(row["spare"]),
        last_position=row["last_position"],
    )


def _source(row: store.Row) -> Source:
    return Source(
        row["lesson"], row["edition"], row["activity"], row["occupation"], row["level"], row["source"]
    )


def _earlier_row(refusal: Refusal, earlier: Sequence[RefusedSpan]) -> int | None:
    return next(
        (
            row.pk
            for row in earlier
            if row.part == refusal.part and row.t_from <= refusal.start and refusal.end <= row.t_to
        ),
        None,
    )
