"""
Study before signing in, by the same rules as any other.

A guest has no ledger and no chain. What a device sends is kept as it came, and each answer is worked out from all of it
anew: nothing is credited, what would be is pending. The first lesson of a course and a few hours a day are little work.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core.db import now_ms
from records.db import lock_device
from records.ledger import codec
from records.ledger.format import ranges_text
from records.ledger.intervals import Interval
from records.ledger.presence import (
    HELD,
    MISS,
    PROOF,
    first_check_of_session_ms,
    pending_credit,
    settle,
    tap,
)
from records.ledger.requests import Answer, UnknownCheck, receive
from records.ledger.snapshot import LessonSnapshot
from records.ledger.state import (
    Beat,
    Check,
    Judgement,
    Learner,
    Outcome,
    PartSets,
    Refusal,
    Session,
    SessionPart,
)
from records.models import GuestSession, GuestSpan, StudySession
from records.operations.beats import Refused, SessionNotFound, Totals, drawer, totals_of
from records.operations.policies import terms_for
from records.operations.sessions import (
    CheckMissed,
    Opened,
    SessionTaken,
    issue_checks,
    opening_answer,
    snapshot_columns,
)

KEPT_MS = 24 * 3_600_000
"""How long a guest's minutes wait for somebody to sign in."""
MOST_BEATS = 960
"""Of one device in that time: four hours in beats of 15 s."""
MOST_SESSIONS = 60
MOST_ANSWERS = 200
__all__ = [
    "KEPT_MS",
    "GuestLimit",
    "UnknownCheck",
    "accept_guest_beats",
    "answer_guest_presence",
    "close_guest_session",
    "forget_guests",
    "open_guest_session",
]


class GuestLimit(Exception):
    """The device has sent as much as is kept for somebody who has not signed in."""


class Desk:
    """All a device has sent in the last 24 hours, judged by the rules; ``turn_to`` puts one session in front."""

    def __init__(self, device: str, now: int) -> None:
        self.now = now
        self.learner = Learner()
        self.sets: dict[UUID, PartSets] = {}
        self.out = Outcome()
        self.sessions: dict[UUID, Session] = {}
        self.rows: dict[UUID, GuestSession] = {}
        self.beats: dict[UUID, dict[int, Beat]] = {}
        since = now - KEPT_MS
        for row in GuestSession.objects.filter(device=device, seen_at__gt=since).order_by(
            "opened_at", "uuid"
        ):
            self.add(row, beats_of(row, since=since))

    def add(self, row: GuestSession, beats: Sequence[Beat]) -> Session:
        """Let the rules judge everything that one session sent."""
        self.rows[row.uuid] = row
        self.beats[row.uuid] = {beat.seq: beat for beat in beats}
        session = self.sessions[row.uuid] = session_of(row)
        for part, known in session.parts.items():
            self.sets.setdefault(part, PartSets(part, session.lesson, session.course, known.nominal_ms))
        if not self.learner.judgements:
            start = Judgement(session.opened_at, "start", session.uuid, next_ms=session.checks[0].after_ms)
            self.learner.judgements = [start]
        self.take(session, beats, answers_of(row))
        if row.tapped_at is not None and tap(self.learner, session, at=row.tapped_at, now=self.now):
            self.settle()
        return session

    def take(self, session: Session, beats: Iterable[Beat], answers: Iterable[Answer]) -> Any:
        received = receive(
            self.learner, session, beats, answers, now=self.now, draw=drawer(session, self.now), out=self.out
        )
        if received.must_settle:
            self.settle()
        return received

    def settle(self) -> None:
        settle(self.learner, self.sets, self.out)

    def turn_to(self, session: UUID) -> None:
        """
        Put a session in front: its lesson's totals and its checks are what answers tell.

        :raises SessionNotFound: if the device has no such session.
        """
        if session not in self.sessions:
            raise SessionNotFound(session)
        self.session = self.sessions[session]
        self.row = self.rows[session].snapshot
        self.before, self.out = self.out.refusals, Outcome()

    def pending(self) -> dict[UUID, tuple[int, list[Interval]]]:
        """Return what a proof now would add, by part, and the positions it would cover."""
        return pending_credit(self.learner, self.sets, self.session.terms_at(self.now), self.now)

    def credit(self) -> tuple[int, int]:
        """Return (credited, pending) ms of the lesson: nothing is credited before somebody signs in."""
        mine = {part for part, sets in self.sets.items() if sets.lesson == self.session.lesson}
        proven = sum(self.sets[part].credited_ms for part in mine)
        return 0, proven + sum(ms for part, (ms, _) in self.pending().items() if part in mine)


@transaction.atomic
def open_guest_session(
    *, device: str, session: UUID, lesson: LessonSnapshot, is_elder: bool = False
) -> Opened:
    """
    Open a session of a guest, or find it again when the call is repeated. Another one of that device ends.

    :raises SessionTaken: if the uuid names a session of somebody else or of another lesson.
    :raises GuestLimit: if the device has opened too many today.
    """
    lock_device(device)
    now = now_ms()
    known = GuestSession.objects.filter(pk=session).first()
    if known is not None and (known.device != device or known.lesson != lesson.lesson):
        raise SessionTaken(session)
    if known is None:
        _begin(device, session, lesson, is_elder, now)
    desk = Desk(device, now)
    try:
        desk.turn_to(session)
    except SessionNotFound as gone:  # it was opened, but more than a day ago
        raise SessionTaken(session) from gone
    return opening_answer(desk, known is None)


def accept_guest_beats(
    *, device: str, session: UUID, beats: Sequence[Beat], answers: Sequence[Answer] = ()
) -> Totals:
    """
    Keep beats and answers of a guest's session and return the totals of its lesson, all of them pending.

    :raises SessionNotFound: if the device has no such session.
    :raises UnknownCheck: if an answer names no check or question of it; nothing is kept then.
    :raises GuestLimit: if the device has sent too much; nothing is kept then.
    """
    with transaction.atomic():
        lock_device(device)
        desk = Desk(device, now_ms())
        desk.turn_to(session)
        fresh, repeated, reused = _sort_out(desk.beats[session], beats)
        if sum(map(len, desk.beats.values())) + len(fresh) > MOST_BEATS:
            raise GuestLimit
        received = desk.take(desk.session, fresh, answers)
        _keep(desk.rows[session], desk.session, received.recorded, desk.now)
        taken = [a for a in answers if received.answers.get(a.id) in {PROOF, MISS, HELD}]
        _note(desk.rows[session], desk.session, taken, desk.now)
        totals = totals_of(desk, received.answers)
        again = [r for r in desk.before if r.context.session == session and r.seq in repeated]
        refused = [*totals.refused, *(_refused(r) for r in again), *reused]
        return Totals(
            totals.credited_seconds, totals.pending_seconds, refused, totals.presence, totals.answers
        )


def answer_guest_presence(*, device: str, session: UUID, answer: Answer) -> Totals:
    """
    Keep the answer to a check.

    :raises SessionNotFound: if the device has no such session.
    :raises UnknownCheck: if the session has no such check.
    :raises CheckMissed: if the answer came out of time.
    """
    totals = accept_guest_beats(device=device, session=session, beats=(), answers=[answer])
    if totals.answers.get(answer.id) == MISS:
        raise CheckMissed(totals)
    return totals


@transaction.atomic
def close_guest_session(*, device: str, session: UUID, t: int | None = None, present: bool = False) -> Totals:
    """
    End a session at ``t`` ms after its opening, or now if that is earlier; closing twice is fine. ``present`` is the tap
    that proves presence.

    :raises SessionNotFound: if the device has no such session.
    """
    lock_device(device)
    now = now_ms()
    row = GuestSession.objects.filter(pk=session, device=device, seen_at__gt=now - KEPT_MS).first()
    if row is None:
        raise SessionNotFound(session)
    at = now if t is None else min(row.opened_at + t, now)
    if row.ended_at is None:
        row.ended_at, row.end_reason = at, StudySession.End.CLOSE.value
    if present and row.tapped_at is None:
        row.tapped_at = at
    row.seen_at = now
    row.save(update_fields=["ended_at", "end_reason", "tapped_at", "seen_at"])
    desk = Desk(device, now)
    desk.turn_to(session)
    return totals_of(desk)


@transaction.atomic
def forget_guests(*, now: int) -> int:
    """Delete what nobody claimed within 24 hours; return how many beats."""
    deleted, _ = GuestSpan.objects.filter(received_at__lte=now - KEPT_MS).delete()
    GuestSession.objects.filter(seen_at__lte=now - KEPT_MS).delete()
    return deleted


def beats_of(row: GuestSession, *, since: int) -> list[Beat]:
    """Return the beats of a session that are still kept, in the order received."""
    spans = GuestSpan.objects.filter(session=row.uuid, received_at__gt=since).order_by("pk")
    return [
        Beat(s.seq, s.part, s.t_from, s.t_to, tuple(_pairs(s.ranges)), s.visible)
        for s in spans.defer("snapshot")
    ]


def answers_of(row: GuestSession) -> list[Answer]:
    """Return the answers a session gave, in the order received."""
    return [Answer(*answer) for answer in row.answers]


def checks_of(row: GuestSession) -> list[Check]:
    """Return the checks of a session as they were issued."""
    return [Check(id_, after_ms, kind, detail="".join(detail)) for id_, after_ms, kind, *detail in row.checks]


def session_of(row: GuestSession) -> Session:
    """Return a session as the rules see it: its checks were issued, nothing is said of what became of them."""
    lesson = row.snapshot
    return Session(
        uuid=row.uuid,
        lesson=row.lesson,
        course=lesson["course"],
        opened_at=row.opened_at,
        parts={UUID(p["uuid"]): SessionPart(p["kind"], p["nominal_ms"]) for p in lesson["parts"]},
        segments=codec.load_segments(row.terms),
        checks=checks_of(row),
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )


def _begin(device: str, session: UUID, lesson: LessonSnapshot, is_elder: bool, now: int) -> None:
    if StudySession.objects.filter(pk=session).exists():
        raise SessionTaken(session)
    mine = GuestSession.objects.filter(device=device)
    if mine.filter(opened_at__gt=now - KEPT_MS).count() >= MOST_SESSIONS:
        raise GuestLimit
    mine.filter(ended_at=None).update(ended_at=now, end_reason=StudySession.End.SUPERSEDED)
    columns = snapshot_columns(lesson)
    row = GuestSession(
        uuid=session,
        device=device,
        lesson=lesson.lesson,
        snapshot=columns
        | {"lesson": str(lesson.lesson), "edition": str(lesson.edition) if lesson.edition else None},
        is_elder=is_elder,
        terms=codec.dump_segments(terms_for(union=None, owner_keys=(), since=now, is_elder=is_elder)),
        opened_at=now,
        seen_at=now,
    )
    opened = session_of(row)
    draw = drawer(opened, now)
    learner = Desk(device, now).learner
    terms = opened.terms_at(now)
    first = first_check_of_session_ms(learner, terms, now) if learner.judgements else draw()
    row.checks = _issued(issue_checks(opened, first, draw, lesson))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise SessionTaken(session) from error


def _sort_out(known: dict[int, Beat], beats: Sequence[Beat]) -> tuple[list[Beat], set[int], list[Refused]]:
    """Return the beats that are new, the numbers of known ones, and what is refused for other content under one."""
    seen = dict(known)
    fresh, repeated, reused = [], set(), []
    for beat in beats:
        before = seen.setdefault(beat.seq, beat)
        if before is beat:
            fresh.append(beat)
        elif before == beat:
            repeated.add(beat.seq)
        else:
            reused += [Refused(beat.seq, beat.part, positions, "seq_reused") for positions in beat.ranges]
    return fresh, repeated, reused


def _keep(row: GuestSession, session: Session, beats: Sequence[Beat], now: int) -> None:
    GuestSpan.objects.bulk_create(
        GuestSpan(
            device=row.device,
            session=row.uuid,
            seq=beat.seq,
            lesson=row.lesson,
            part=beat.part,
            snapshot={},  # the session's own
            opened_at=row.opened_at,
            t_from=beat.t_from,
            t_to=beat.t_to,
            ranges=ranges_text(beat.ranges),
            visible=beat.visible,
            received_at=now,
        )
        for beat in beats
    )


def _note(row: GuestSession, session: Session, answers: Sequence[Answer], now: int) -> None:
    for answer in answers:
        given = [answer.id, answer.answer, answer.shown, answer.t]
        if given not in row.answers:
            row.answers.append(given)
    if len(row.answers) > MOST_ANSWERS:
        raise GuestLimit
    row.checks, row.seen_at = _issued(session.checks), now
    row.save(update_fields=["answers", "checks", "seen_at"])


def _issued(checks: Sequence[Check]) -> list[list[Any]]:
    return [
        [check.id, check.after_ms, check.kind, *([check.detail] if check.detail else [])] for check in checks
    ]


def _pairs(text: str) -> Iterable[Interval]:
    for pair in filter(None, text.split(",")):
        a, _, b = pair.partition("-")
        yield int(a), int(b)


def _refused(refusal: Refusal) -> Refused:
    return Refused(refusal.seq, refusal.part, refusal.positions, refusal.reason)
