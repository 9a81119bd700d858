"""
Opening and ending sessions.

A session is opened with a snapshot of its lesson under a uuid that the player made, so that the call may be repeated.
One learner studies in one place: opening ends the other session at that instant.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from core.clock import day_of
from core.db import now_ms
from records.db import store
from records.ledger import codec
from records.ledger.asking import ask
from records.ledger.intervals import Interval, free, measure, union
from records.ledger.presence import MISS, first_check_of_session_ms
from records.ledger.requests import Answer
from records.ledger.snapshot import LessonSnapshot
from records.ledger.state import Check, Judgement, Session
from records.ledger.terms import Terms
from records.models import GuestSession, StudySession, StudyState
from records.operations.beats import (
    OFFLINE,
    Draw,
    SessionNotFound,
    Totals,
    accept_beats,
    drawer,
    prompt_of,
    prove_by_tap,
    run,
    totals_of,
)
from records.operations.policies import newest_policy, terms_for
from records.operations.work import Sight, Work
from unions.api import union_of

BEAT_INTERVAL_SECONDS = 15
MOST_CHECKS = 12
_random = SystemRandom()
LessonResolver = Callable[[UUID, UUID, int], LessonSnapshot]
_RESOLVERS: list[LessonResolver] = []


class SessionTaken(Exception):
    """The uuid names a session of somebody else or of another lesson."""


class LessonNotOpen(Exception):
    """The learner may not study this lesson; the message says why in words for the learner."""


class CheckMissed(Exception):
    """The presence check was missed; the time since the last proof is not counted."""

    def __init__(self, totals: Totals) -> None:
        super().__init__("the check was missed")
        self.totals = totals


@dataclass(frozen=True, slots=True)
class PartState:
    """One part as the learner finds it: what was played, what is still to be earned."""

    part: UUID
    kind: str
    title: str
    nominal_ms: int
    covered: list[Interval]
    to_make_up: list[Interval]
    owed_ms: int
    credited_ms: int
    pending_ms: int


@dataclass(frozen=True, slots=True)
class SealedCheck:
    """A check the player shows by itself after so much played time since the judgement before it."""

    id: str
    after_ms: int
    kind: str
    prompt: str
    seal: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The opening answer. ``is_new`` is False when the call was repeated."""

    session: UUID
    server_time: int
    edition: UUID | None
    parts: list[PartState]
    checks: list[SealedCheck]
    resume: tuple[UUID, int] | None
    max_rate: float
    totals: Totals
    is_new: bool
    beat_interval: int = BEAT_INTERVAL_SECONDS


def register_lesson_resolver(resolver: LessonResolver) -> None:
    """
    Let the app that owns lessons answer for them: ``resolver(lesson, learner, now_ms)`` returns the snapshot.

    It raises ``LessonNotOpen`` when the learner may not study the lesson and ``LookupError`` when there is none.
    """
    _RESOLVERS[:] = [resolver]


def resolve_lesson(*, lesson: UUID, learner: UUID, now: int) -> LessonSnapshot:
    """
    Return the snapshot of a lesson for a learner.

    :raises LookupError: if there is no such lesson.
    :raises LessonNotOpen: if the learner may not study it.
    """
    for resolver in _RESOLVERS:
        return resolver(lesson, learner, now)
    raise LookupError(lesson)


def open_session(
    *,
    learner: UUID,
    session: UUID,
    lesson: LessonSnapshot,
    device: str = "",
    source: str = "player",
    is_elder: bool = False,
    now: int | None = None,
    draw: Draw | None = None,
) -> Opened:
    """
    Open a session, or find it again when the call is repeated: that neither reopens an ended session nor ends another.

    ``now`` is the instant of opening in ms, None takes the database's clock; ``draw`` gives the played time to each of
    the session's checks, None draws by the terms.

    :raises SessionTaken: if the uuid names a session of another learner or lesson.
    """
    is_new = False
    with transaction.atomic():
        store.lock_state(learner)
        known = StudySession.objects.filter(pk=session).values_list("learner", "lesson", "source").first()
        if known is not None and (known[:2] != (learner, lesson.lesson) or known[2] == OFFLINE):
            raise SessionTaken(session)
        if known is None:
            is_new = True
            at = now_ms() if now is None else now
            _begin(learner, session, lesson, device, source, is_elder, at, draw)
    return run(learner, session, lambda work: opening_answer(work, is_new), now=now)


def reopen_session(*, learner: UUID, session: UUID, lesson: UUID) -> Opened | None:
    """
    Return the opening answer of a session again, as it stands now, or None if nobody has opened it.

    It does not matter whether the lesson may still be opened: the call is only repeated.

    :raises SessionTaken: if the uuid names a session of another learner or lesson.
    """
    known = StudySession.objects.filter(pk=session).values_list("learner", "lesson", "source").first()
    if known is None:
        return None
    if known[:2] != (learner, lesson) or known[2] == OFFLINE:
        raise SessionTaken(session)
    return run(learner, session, lambda work: opening_answer(work, is_new=False))


def answer_presence(*, learner: UUID, session: UUID, answer: Answer, now: int | None = None) -> Totals:
    """
    Take the answer to a check. ``now`` is the instant of arrival in ms; None takes the database's clock.

    :raises SessionNotFound: if the learner has no such session.
    :raises UnknownCheck: if the session has no such check.
    :raises CheckMissed: if the answer came out of time.
    """
    totals = accept_beats(learner=learner, session=session, beats=(), answers=[answer], now=now)
    if totals.answers.get(answer.id) == MISS:
        raise CheckMissed(totals)
    return totals


def close_session(
    *, learner: UUID, session: UUID, t: int | None = None, present: bool = False, now: int | None = None
) -> Totals:
    """
    End a session at ``t`` ms after its opening, or now if that is earlier; closing twice is fine.

    ``present`` is the learner's tap that ends the lesson and proves presence. "Now" is ``now`` in ms, or the database's
    clock if that is None.

    :raises SessionNotFound: if the learner has no such session.
    """

    def act(work: Work) -> Totals:
        if work.row["source"] == OFFLINE:
            raise SessionNotFound(session)
        at = work.now if t is None else min(work.session.opened_at + t, work.now)
        if work.session.ended_at is None:
            work.session.ended_at, work.session.end_reason = at, StudySession.End.CLOSE.value
            work.changes.session_columns |= {"ended_at": at, "end_reason": work.session.end_reason}
            if work.state_row["open_session"] == work.session.uuid:
                work.changes.state["open_session"] = None
            work.touched = True
        if present:
            prove_by_tap(work, at)
        return totals_of(work)

    return run(learner, session, act, now=now)


def end_sessions_of_lesson(*, lesson: UUID, learners: Sequence[UUID] | None = None) -> int:
    """
    End the open sessions of a lesson that was withdrawn, guests' too, or of learners who left it; return how many of
    learners.

    What is played after that instant is refused as ``lesson_withdrawn``, with an offline licence, too.
    """
    if learners is None:
        GuestSession.objects.filter(lesson=lesson, ended_at=None).update(
            ended_at=now_ms(), end_reason=StudySession.End.WITHDRAWN
        )
    now = now_ms()
    # An offline licence has its end from the beginning.
    runs_on = Q(ended_at=None) | Q(source=OFFLINE, ended_at__gt=now)
    rows = StudySession.objects.filter(runs_on, lesson=lesson)
    if learners is not None:
        rows = rows.filter(learner__in=learners)
    ended = 0
    for learner, session in rows.values_list("learner", "uuid"):
        with transaction.atomic():
            store.lock_state(learner)
            ended += StudySession.objects.filter(runs_on, pk=session).update(
                ended_at=now, end_reason=StudySession.End.WITHDRAWN
            )
            _forget_open_session(learner)
    return ended


def part_states(work: Sight) -> list[PartState]:
    """Return the parts of the session's lesson in its order. *Played = credited + pending + owed* holds for each."""
    pending = work.pending()
    titles = {UUID(p["uuid"]): p.get("title", "") for p in work.row["parts"]}
    out = []
    for part, snapshot in work.session.parts.items():
        sets = work.sets[part]
        waiting, covered = pending.get(part, (0, sets.covered))
        covered = union(
            [*covered, *(p for s in work.learner.spans if s.part == part and not s.is_missed for p in s.path)]
        )
        out.append(
            PartState(
                part,
                snapshot.kind,
                titles[part],
                snapshot.nominal_ms,
                covered,
                free(covered, 0, snapshot.nominal_ms),
                measure(covered) - sets.credited_ms - waiting,
                sets.credited_ms,
                waiting,
            )
        )
    return out


def seal_of(session: UUID, check: Check) -> str:
    """Return the server's seal on a check: it belongs to this session and falls due then."""
    return salted_hmac(
        "records.check", f"{session}|{check.id}|{check.after_ms}|{check.kind}", algorithm="sha256"
    ).hexdigest()


def _begin(
    learner: UUID,
    session: UUID,
    lesson: LessonSnapshot,
    device: str,
    source: str,
    is_elder: bool,
    now: int,
    chosen: Draw | None,
) -> None:
    StudySession.objects.filter(learner=learner, ended_at=None).update(
        ended_at=now, end_reason=StudySession.End.SUPERSEDED
    )
    write_session(
        session, learner=learner, lesson=lesson, device=device, source=source, is_elder=is_elder, now=now
    )
    loaded = store.load(learner, session, now=now)
    work = Work(learner, loaded)  # type: ignore[arg-type]  # it was written just now
    seal_checks(work, lesson, chosen)
    work.changes.state["open_session"] = session
    if any(span.end <= now - work.window_ms for span in work.learner.spans):
        work.settle()
    if not store.save(work.finish()):
        raise RuntimeError("a learner's row changed under its lock")


def write_session(
    session: UUID,
    *,
    learner: UUID,
    lesson: LessonSnapshot,
    device: str,
    source: str,
    is_elder: bool,
    now: int,
    lasts: Callable[[Terms], int] | None = None,
) -> StudySession:
    """
    Write the row of a session that begins now, with the terms in force for this learner. ``lasts`` gives the ms after
    which it ends by itself, as an offline licence does.

    :raises SessionTaken: if there is one of this uuid.
    """
    day = day_of(now)
    union_uuid = union_of(learner, day)
    owner_keys = sorted(lesson.owner_keys)
    seen = newest_policy()
    segments = terms_for(union=union_uuid, owner_keys=owner_keys, since=now, is_elder=is_elder)
    terms = segments[0][1]
    fields: dict[str, Any] = {
        "learner": learner,
        "source": source,
        "is_elder": is_elder,
        "device": device[:120],
        **snapshot_columns(lesson),
        "policy": terms.identity,
        "terms": codec.dump_segments(segments),
        "policy_seen": seen,
        "policy_day": day,
        "union": union_uuid,
        "opened_at": now,
    }
    if lasts is not None:
        fields |= {"ended_at": now + lasts(terms), "end_reason": StudySession.End.EXPIRED}
    try:
        with transaction.atomic():
            return StudySession.objects.create(uuid=session, **fields)
    except IntegrityError as error:
        raise SessionTaken(session) from error


def seal_checks(work: Work, lesson: LessonSnapshot, chosen: Draw | None = None, *, least: int = 0) -> None:
    """Issue the checks of a session that begins now, and begin the countdown of somebody who has never studied."""
    draw = chosen or drawer(work.session, work.now)
    if not work.learner.judgements:
        work.learner.judgements = [Judgement(work.now, "start", work.session.uuid, next_ms=draw())]
    terms = work.session.terms_at(work.now)
    first = first_check_of_session_ms(work.learner, terms, work.now)
    work.session.checks = issue_checks(work.session, first, draw, lesson, least=least)
    work.changes.session_columns["checks"] = codec.dump_checks(work.session.checks)


def issue_checks(
    session: Session, first: int, draw: Draw, lesson: LessonSnapshot, *, least: int = 0
) -> list[Check]:
    """Return the checks of a new session: the one that is next, and as many more as the lesson may need."""
    terms = session.terms_at(session.opened_at)
    length = sum(part.nominal_ms for part in session.parts.values())
    count = max(least, min(MOST_CHECKS, ceil(length / terms.presence_min_ms) + 1))
    is_heard = lesson.has_sound and terms.sound_only
    checks = []
    for number in range(count):
        kind, detail = ask(_random.randrange, terms=terms, questions=lesson.questions, is_heard=is_heard)
        after = draw() if number else first
        checks.append(Check(f"{session.uuid.hex}-{number + 1}", after, kind, detail=detail))
    return checks


def snapshot_columns(lesson: LessonSnapshot) -> dict[str, Any]:
    """Return a lesson's snapshot as the columns of a session."""
    return {
        "lesson": lesson.lesson,
        "edition": lesson.edition,
        "activity": lesson.activity,
        "title": lesson.title[:200],
        "course": lesson.course,
        "course_title": lesson.course_title[:200],
        "occupation": lesson.occupation,
        "occupation_name": lesson.occupation_name[:80],
        "level": lesson.level,
        "parts": [
            {"uuid": str(p.uuid), "kind": p.kind, "nominal_ms": p.nominal_ms, "title": p.title}
            for p in lesson.parts
        ],
        "owner_keys": sorted(lesson.owner_keys),
    }


def opening_answer(work: Sight, is_new: bool) -> Opened:
    parts = part_states(work)
    checks = [
        SealedCheck(c.id, c.after_ms, c.kind, prompt_of(c), seal_of(work.session.uuid, c))
        for c in work.session.checks
        if not c.outcome
    ]
    return Opened(
        work.session.uuid,
        # Of a new session the instant from which its clock counts, to the ms: a judge outside can place every beat.
        work.session.opened_at if is_new else work.now,
        work.row["edition"],
        parts,
        checks,
        _resume(work, parts),
        work.session.terms_at(work.now).max_rate_permille / 1_000,
        totals_of(work),
        is_new,
    )


def _resume(work: Sight, parts: Sequence[PartState]) -> tuple[UUID, int] | None:
    """Return where to go on: after what was played last, else at the first gap, else at the beginning."""
    waiting = [span for span in work.learner.spans if span.part in work.session.parts and span.path]
    if waiting:
        last = max(waiting, key=lambda span: span.end)
        nominal = work.session.parts[last.part].nominal_ms
        if last.path[-1][1] < nominal:
            return last.part, last.path[-1][1]
    for state in parts:
        if state.to_make_up:
            played = work.sets[state.part].last_position
            gaps = [gap for gap in state.to_make_up if gap[0] <= played < gap[1]]
            return state.part, played if gaps else state.to_make_up[0][0]
    return (parts[0].part, 0) if parts else None


def _forget_open_session(learner: UUID) -> None:
    StudyState.objects.filter(pk=learner).update(open_session=None, version=F("version") + 1)
