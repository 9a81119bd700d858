"""
Accepting what a player sends: beats, answers, the end of a session.

The hot path has no ORM and holds no lock while it thinks: it reads one snapshot, works the rules and writes, in one
statement (PostgreSQL) or one short transaction (SQLite), what does nothing if another request of the same learner was first;
then it starts again.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import SystemRandom
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import day_of, day_start_ms
from core.db import is_postgres
from records.db import store
from records.ledger import codec
from records.ledger.asking import CHOICE, NUMBER, longest_interval_ms
from records.ledger.presence import open_check, tap
from records.ledger.requests import Answer, UnknownCheck, receive
from records.ledger.state import Beat, Check, Refusal, Session
from records.models import RefusedSpan
from records.operations.policies import terms_for
from records.operations.work import Sight, Work
from unions.api import union_of

__all__ = ["Answer", "Ask", "Beat", "Refused", "SessionNotFound", "Totals", "UnknownCheck", "accept_beats"]

OFFLINE = "offline"
"""The source of a session that is an offline licence: its beats come with the licence, not by the session's address."""
TRIES_WITHOUT_LOCK = 4
RECENT_BEATS = 96
_random = SystemRandom()
Draw = Callable[[], int]
T = TypeVar("T")


class SessionNotFound(LookupError):
    """The learner has no session with this uuid."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A stretch of positions that was not counted. ``seq`` None: decided later, not by one beat alone."""

    seq: int | None
    part: UUID
    positions: tuple[int, int] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A presence check that is open."""

    id: str
    kind: str
    prompt: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The learner's totals for the lesson, in seconds, and what this request decided."""

    credited_seconds: int
    pending_seconds: int
    refused: list[Refused] = field(default_factory=list)
    presence: Ask | None = None
    answers: dict[str, str] = field(default_factory=dict)


def accept_beats(
    *,
    learner: UUID,
    session: UUID,
    beats: Sequence[Beat],
    answers: Sequence[Answer] = (),
    taps: Sequence[int] = (),
    source: str = "",
    now: int | None = None,
    draw: Draw | None = None,
) -> Totals:
    """
    Record beats and answers of a session and return the totals of its lesson.

    What is acknowledged is durable: the answer is made after the commit. ``now`` is the instant of arrival in ms, None
    takes the database's clock; ``draw`` gives the played time to a further check, None draws by the terms. ``taps`` are
    ms at which the learner ended the lesson by hand; ``source`` is :data:`OFFLINE` for what came with a licence.

    :raises SessionNotFound: if the learner has no such session.
    :raises UnknownCheck: if an answer names no check or question of it; nothing is recorded then.
    """

    def act(work: Work) -> Totals:
        if (work.row["source"] == OFFLINE) != (source == OFFLINE):
            raise SessionNotFound(session)
        fresh, repeated = _sort_out(work, beats)
        received = receive(
            work.learner,
            work.session,
            fresh,
            answers,
            now=work.now,
            draw=draw or drawer(work.session, work.now),
            out=work.out,
        )
        if received.recorded:
            _remember(work, received.recorded)
        if answers or any(check.held for check in work.session.checks) or received.must_settle:
            work.changes.session_columns["checks"] = codec.dump_checks(work.session.checks)
        if received.must_settle:
            work.settle()
        for t in taps:
            prove_by_tap(work, work.session.opened_at + t, name=f"tap-{t}")
        totals = totals_of(work, received.answers)
        refused = [*totals.refused, *_refusals_of(session, repeated)]
        work.touched |= bool(received.recorded or answers)
        return Totals(
            totals.credited_seconds, totals.pending_seconds, refused, totals.presence, totals.answers
        )

    return run(learner, session, act, now=now)


def run(learner: UUID, session: UUID, act: Callable[[Work], T], *, now: int | None = None) -> T:
    """
    Let ``act`` work on a fresh view of the learner and write what comes of it, again if somebody else was first.

    ``now`` is the instant of the act in ms; None takes the database's clock.

    :raises SessionNotFound: if the learner has no such session.
    """
    for _attempt in range(TRIES_WITHOUT_LOCK):
        done, result = _attempt_once(learner, session, act, now)
        if done:
            return result
    with transaction.atomic():
        if is_postgres():
            store.lock_state(learner)
        done, result = _attempt_once(learner, session, act, now)
        if not done:
            raise RuntimeError("a learner's row changed under its lock")
        return result


def _attempt_once(learner: UUID, session: UUID, act: Callable[[Work], T], now: int | None) -> tuple[bool, T]:
    loaded = store.load(learner, session, now=now)
    if loaded is None:
        raise SessionNotFound(session)
    work = Work(learner, loaded)
    refresh_terms(work)
    result = act(work)
    changes = work.finish()
    if not (work.touched or changes.refused or changes.session_columns):
        return True, result  # a repeat changes nothing
    return store.save(changes), result


def refresh_terms(work: Work) -> None:
    """
    Resolve the session's policy again when one was issued since, or when it ran into another day and with it, maybe,
    into another union. A session that has ended is no exception: its beats may still be on their way.

    Days from which nothing can count any more are passed over, so a session left open for a year costs no more than one
    left open for the window of lateness and make-up.
    """
    row = work.row
    last = day_of(work.now if work.session.ended_at is None else min(work.session.ended_at, work.now))
    if work.newest_policy <= row["policy_seen"] and last <= row["policy_day"]:
        return
    # What held before the day it was resolved on stands; from then on each day has its union and its policies.
    day = max(row["policy_day"], min(last, day_of(work.now - work.window_ms)))
    segments = work.session.segments
    while day <= last:
        since = max(work.session.opened_at, day_start_ms(day))
        kept = [(at, terms) for at, terms in segments if at < since]
        fresh = terms_for(
            union=union_of(work.uuid, day),
            owner_keys=row["owner_keys"],
            since=since,
            is_elder=row["is_elder"],
        )
        for at, terms in fresh:
            if not kept or terms != kept[-1][1]:
                kept.append((at, terms))
        segments = kept
        day += timedelta(days=1)
    work.session.segments = segments
    work.changes.session_columns |= {
        "terms": codec.dump_segments(segments),
        "policy_seen": work.newest_policy,
        "policy_day": max(last, row["policy_day"]),
    }


def totals_of(work: Sight, answers: dict[str, str] | None = None) -> Totals:
    """Return the lesson's totals as the wire gives them."""
    credited, pending = work.credit()
    shown = credited // 1_000
    refused = [_refused(r) for r in work.out.refusals if not r.takes_back]
    return Totals(
        shown,
        (credited + pending) // 1_000 - shown,
        refused,
        ask_of(work.session, open_check(work.learner, work.session, work.now), work.now),
        answers or {},
    )


def ask_of(session: Session, check: Check | None, now: int) -> Ask | None:
    """Return an open check as the player shows it; the time to answer runs on the player's clock from then."""
    if check is None:
        return None
    return Ask(check.id, check.kind, prompt_of(check), session.terms_at(now).presence_timeout_ms // 1_000)


def prompt_of(check: Check) -> str:
    """Return what a check says. Of a choice the first line is the question, each further line an option."""
    if check.kind == NUMBER:
        return _("还在学吗？照着输入：{number}").format(number=check.detail)
    if check.kind == CHOICE:
        question, _line, options = check.detail.partition("\n")
        question = question or _("还在学吗？点最大的数。")
        return f"{question}\n{options}"
    return _("还在学吗？点一下接着计时。")


def drawer(session: Session, now: int) -> Draw:
    """Return a draw of the played time to a next check, by the terms in force."""
    terms = session.terms_at(now)
    return lambda: _random.randint(terms.presence_min_ms, longest_interval_ms(terms))


def prove_by_tap(work: Work, at: int, *, name: str = "tap") -> bool:
    """Take the tap that ends a lesson, at an instant, and decide what it proves. Each name counts once a session."""
    if not tap(work.learner, work.session, at=at, now=work.now, name=name):
        return False
    work.settle()
    return True


def digest_of(beat: Beat) -> str:
    """Return 16 hex digits of a beat's content; its number is the key beside which they stand."""
    content = f"{beat.part.hex}|{beat.t_from}|{beat.t_to}|{beat.ranges}|{beat.visible}"
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _sort_out(work: Work, beats: Sequence[Beat]) -> tuple[list[Beat], list[int]]:
    """
    Return the beats that are new, and the numbers of those whose content is known already.

    Other content under a known number is refused here: the first recorded content stands.
    """
    known = _known(work.row["received"])
    past: dict[int, str] | None = None
    newest = max(known, default=-1)
    fresh, repeated = [], []
    reused: list[Beat] = []
    in_request: dict[int, str] = {}
    for beat in beats:
        digest = digest_of(beat)
        before = known.get(beat.seq) or in_request.get(beat.seq)
        if before is None and beat.seq < newest and work.row["received"].startswith("*"):
            if past is None:
                past = _known(
                    store.load_column("records_studysession", "received_past", "uuid", work.session.uuid)
                )
            before = past.get(beat.seq)
        if before is None:
            in_request[beat.seq] = digest
            fresh.append(beat)
        elif before == digest:
            repeated.append(beat.seq)
        else:
            reused.append(beat)
    _refuse_reused(work, reused)
    return fresh, repeated


def _refuse_reused(work: Work, beats: Sequence[Beat]) -> None:
    if not beats:
        return
    written = {
        (row.seq, row.part, row.position_from, row.position_to)
        for row in RefusedSpan.objects.filter(
            session=work.session.uuid, seq__in=[b.seq for b in beats], reason="seq_reused"
        )
    }
    for beat in beats:
        # Nobody has looked at its clock: it may name an instant for which there is no date.
        start, end = (min(work.session.opened_at + t, work.now) for t in (beat.t_from, beat.t_to))
        context = work.session.context(work.session.terms_at(start))
        for positions in beat.ranges:
            refusal = Refusal(context, beat.part, beat.seq, start, end, positions, "seq_reused")
            work.out.refusals.append(refusal)
            if (beat.seq, beat.part, *positions) in written:
                work.unwritten.add(refusal)


def _remember(work: Work, beats: Sequence[Beat]) -> None:
    known = _known(work.row["received"]) | {beat.seq: digest_of(beat) for beat in beats}
    has_past = work.row["received"].startswith("*")
    columns = work.changes.session_columns
    if len(known) > 2 * RECENT_BEATS:
        numbers = sorted(known)
        old = {seq: known.pop(seq) for seq in numbers[:-RECENT_BEATS]}
        past = _known(store.load_column("records_studysession", "received_past", "uuid", work.session.uuid))
        columns["received_past"] = _text(past | old)
        has_past = True
    columns["received"] = ("*" if has_past else "") + _text(known)


def _known(text: str) -> dict[int, str]:
    return {
        int(seq): digest
        for seq, _, digest in (item.partition(":") for item in text.lstrip("*").split(",") if item)
    }


def _text(known: dict[int, str]) -> str:
    return ",".join(f"{seq}:{digest}" for seq, digest in known.items())


def _refusals_of(session: UUID, numbers: Sequence[int]) -> list[Refused]:
    """Return what was refused of known beats: a repeat gets the refusals of the first time."""
    if not numbers:
        return []
    rows = RefusedSpan.objects.filter(session=session, seq__in=numbers, takes_back=None).exclude(
        reason="seq_reused"
    )
    return [
        Refused(
            row.seq,
            row.part,
            None
            if row.position_from is None or row.position_to is None
            else (row.position_from, row.position_to),
            row.reason,
        )
        for row in rows.order_by("pk")
    ]


def _refused(refusal: Refusal) -> Refused:
    return Refused(refusal.seq, refusal.part, refusal.positions, refusal.reason)


def plain(totals: Totals) -> dict[str, Any]:
    """Return totals as the wire writes them."""
    return {
        "credited_seconds": totals.credited_seconds,
        "pending_seconds": totals.pending_seconds,
        "refused": [
            {
                "seq": r.seq,
                "part": r.part,
                "range": list(r.positions) if r.positions else None,
                "reason": r.reason,
            }
            for r in totals.refused
        ],
        "presence": None
        if totals.presence is None
        else {
            "id": totals.presence.id,
            "kind": totals.presence.kind,
            "prompt": totals.presence.prompt,
            "expires_in": totals.presence.expires_in,
        },
    }
