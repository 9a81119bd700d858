"""
Who was there: played time waits until a proof of presence, and each proof or miss decides about the time before it.

Judgements stand on the learner's clock, whichever session they came from. The first one at or after an instant decides
that instant, whenever its beat arrives (invariant 6 of ``docs/study-hours.md``).
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from records.ledger.asking import put_off
from records.ledger.intervals import Interval, add, free, measure
from records.ledger.rules import AHEAD_TOLERANCE_MS, enter
from records.ledger.state import Check, Judgement, Learner, Outcome, PartSets, Refusal, Session, Span
from records.ledger.terms import Terms

PROOF, MISS, HELD, VOID = "proof", "miss", "held", "void"


def first_check_ms(learner: Learner, now: int) -> int:
    """Return how much must still be played, at ``now``, until the next check falls due; 0 when it is due already."""
    last = _last_restart(learner, now + AHEAD_TOLERANCE_MS)
    if last is None or last.next_ms is None:
        return 0
    return max(0, last.next_ms - learner.clock.played(last.at, now))


def first_check_of_session_ms(learner: Learner, terms: Terms, now: int) -> int:
    """Return the same for a session that opens at ``now``: who begins is left alone for a while."""
    last = _last_restart(learner, now + AHEAD_TOLERANCE_MS)
    played = learner.clock.played(last.at, now) if last else 0
    return put_off(first_check_ms(learner, now), played, terms)


def answer_check(
    learner: Learner,
    session: Session,
    check: Check,
    *,
    answer: object,
    shown: int,
    t: int,
    now: int,
    draw: Callable[[], int],
) -> str:
    """
    Judge one answer to a check; ``answer`` None is the player's own report of a miss.

    ``shown`` and ``t`` are ms on the player's clock, ``draw`` gives the interval of a check that has to be issued.
    Return ``proof``, ``miss``, ``held`` (the beats that make the check due have not arrived) or ``void`` (after the
    session's end, ahead of the clock, or later than the lateness window: without effect).
    """
    at = session.opened_at + t
    terms = session.terms_at(at)
    if at > now + AHEAD_TOLERANCE_MS or at < now - terms.lateness_ms:
        return check.outcome or VOID
    if session.ended_at is not None and at > session.ended_at:
        return check.outcome or VOID
    in_time = answer is not None and t - shown <= terms.presence_timeout_ms
    if check.outcome and (check.outcome == PROOF or not in_time):
        return check.outcome
    if not _is_due(learner, session, check, session.opened_at + shown):
        if not check.outcome:
            check.held = (answer, shown, t)
            return HELD
        return check.outcome
    if check.outcome:
        # The answer to that very check, given in time but late to arrive: the miss is none.
        learner.judgements = [j for j in learner.judgements if j.check != check.id]
    check.outcome, check.at, check.held = (PROOF if in_time else MISS), at, None
    following = next((c for c in session.checks if not c.outcome), None)
    if following is None:
        following = Check(f"{session.uuid.hex}-{len(session.checks) + 1}", draw())
        session.checks.append(following)
    _insert(
        learner,
        Judgement(
            at,
            "check" if in_time else "miss",
            session.uuid,
            check.id,
            terms.proof_covers_ms,
            terms.makeup_ms,
            following.after_ms,
        ),
    )
    return check.outcome


def answer_held(learner: Learner, session: Session, *, now: int, draw: Callable[[], int]) -> bool:
    """Judge answers that waited for their beats; tell whether one was judged."""
    judged = False
    for check in list(session.checks):
        if check.held is not None and not check.outcome:
            answer, shown, t = check.held
            result = answer_check(
                learner, session, check, answer=answer, shown=shown, t=t, now=now, draw=draw
            )
            judged |= result in {PROOF, MISS}
    return judged


def answer_question(
    learner: Learner, session: Session, *, question: str, t: int, now: int, draw: Callable[[], int]
) -> bool:
    """
    Take the first answer to a checkpoint question as a proof; tell whether it is one.

    It restarts the countdown, unless a check is open: then it counts only for the time before the check fell due.
    """
    at = session.opened_at + t
    if not _is_acceptable(learner, session, f"{session.uuid.hex}:{question}", at, now):
        return False
    terms = session.terms_at(at)
    limit = _check_due_at(learner, at)
    following = next((c.after_ms for c in session.checks if not c.outcome), None) or draw()
    _insert(
        learner,
        Judgement(
            at,
            "question",
            session.uuid,
            f"{session.uuid.hex}:{question}",
            terms.proof_covers_ms,
            terms.makeup_ms,
            following if limit is None or limit > at else None,
        ),
    )
    return True


def tap(learner: Learner, session: Session, *, at: int, now: int, name: str = "tap") -> bool:
    """
    Take the tap that ends a lesson as a proof; tell whether it is one.

    It does not restart the countdown, each name counts once a session, and a tap dated before a miss changes nothing.
    """
    name = f"{session.uuid.hex}:{name}"
    if not _is_acceptable(learner, session, name, at, now):
        return False
    following = next((j for j in learner.judgements if j.at >= at), None)
    if following is not None and following.kind == "miss":
        return False
    terms = session.terms_at(at)
    _insert(learner, Judgement(at, "tap", session.uuid, name, terms.proof_covers_ms, terms.makeup_ms))
    return True


def open_check(learner: Learner, session: Session, now: int) -> Check | None:
    """Return the check that is due and not judged yet, or None. After its session's end a check is void."""
    if session.ended_at is not None:
        return None
    check = next((c for c in session.checks if not c.outcome), None)
    return check if check is not None and _is_due(learner, session, check, now) else None


def settle(learner: Learner, sets: Mapping[UUID, PartSets], out: Outcome, *, expire_before: int = 0) -> None:
    """
    Decide every span that has a judgement at or after it, in the order of recording.

    A proof enters at most what it covers of the time played since the judgement before it; the rest, what is older
    than the make-up window and what lies before a miss is missed. What lies after the last judgement stays pending,
    until ``expire_before``: nothing can prove it any more.
    """
    judged = _effective(learner)
    borders = [at for at, _ in judged]
    spans = [piece for span in learner.spans for piece in _cut_at(span, borders)]
    rooms = _rooms(learner, judged, spans)
    learner.spans = []
    for span in spans:
        place = bisect_right(borders, span.start)
        judgement = judged[place][1] if place < len(judged) else None
        if judgement is None:
            if span.start < expire_before:
                _miss(learner, span, out, keep=False)
            else:
                _unmiss(span, out)
                learner.spans.append(span)
            continue
        is_in_window = span.start >= judgement.at - judgement.makeup_ms
        room = rooms[place] if judgement.is_proof and is_in_window else 0
        size = min(room, span.end - span.start)
        proven, rest = _split(span, span.start + size)
        if proven is not None:
            rooms[place] -= size
            _unmiss(proven, out)
            enter(learner, sets, proven, out)
        if rest is not None:
            _miss(learner, rest, out, keep=rest.end > expire_before)


def provable(learner: Learner, terms: Terms, now: int) -> list[Span]:
    """Return what a proof at ``now`` would let in, in the order of recording."""
    last = max((at for at, _ in _effective(learner)), default=0)
    pending = [s for s in learner.spans if not s.is_missed]
    room = terms.proof_covers_ms
    out = []
    for span in pending:
        if span.start < max(last, now - terms.makeup_ms):
            continue
        proven, _ = _split(span, span.start + min(room, span.end - span.start))
        if proven is None:
            break
        room -= proven.end - proven.start
        out.append(proven)
    return out


def forget(learner: Learner, before: int) -> None:
    """Forget judgements, days and instants that nothing recorded from now on can touch."""
    old = [j for j in learner.judgements if j.at < before]
    anchor = next((j for j in reversed(old) if j.restarts), None)
    learner.judgements = [j for j in learner.judgements if j.at >= before or j is anchor]
    learner.clock.forget(before)


def _is_due(learner: Learner, session: Session, check: Check, seen: int) -> bool:
    """Tell whether a check was due when it was shown, by what has been recorded until now."""
    start = session.opened_at
    for other in session.checks:
        if other is check:
            break
        if not other.outcome:
            return False
        start = max(start, other.at or 0)
    for judgement in learner.judgements:
        if (
            judgement.kind == "question"
            and judgement.restarts
            and judgement.session == session.uuid
            and judgement.at <= seen
        ):
            start = max(start, judgement.at)
    due = learner.clock.reach(start, check.after_ms)
    return due is not None and seen >= due


def _is_acceptable(learner: Learner, session: Session, name: str, at: int, now: int) -> bool:
    if at > now + AHEAD_TOLERANCE_MS or at < now - session.terms_at(at).lateness_ms:
        return False
    if session.ended_at is not None and at > session.ended_at:
        return False
    return all(j.check != name for j in learner.judgements)


def _last_restart(learner: Learner, at: int) -> Judgement | None:
    return next((j for j in reversed(learner.judgements) if j.restarts and j.at < at), None)


def _check_due_at(learner: Learner, at: int) -> int | None:
    """Return when the check fell due that was next at an instant, or None if it had not."""
    last = _last_restart(learner, at)
    if last is None or last.next_ms is None:
        return None
    return learner.clock.reach(last.at, last.next_ms)


def _insert(learner: Learner, judgement: Judgement) -> None:
    place = bisect_right(learner.judgements, judgement.at, key=lambda j: j.at)
    learner.judgements.insert(place, judgement)


def _effective(learner: Learner) -> list[tuple[int, Judgement]]:
    """
    Return the judgements with the instants up to which they reach.

    While a check is open no other proof counts for time after it fell due, so a tap or a question reaches only so far.
    That is worked out anew each time: the beats that make the check due may arrive after the tap.
    """
    out = []
    newest: Judgement | None = (
        None  # the last one that restarts the countdown, at or before the judgement looked at
    )
    due: int | None = None  # when the check fell due that was next before it
    for judgement in learner.judgements:  # in the order of their instants
        at = judgement.at
        if newest is not None and newest.at < at:
            due, newest = learner.clock.reach(newest.at, newest.next_ms or 0), None
        if judgement.kind in {"tap", "question"} and due is not None:
            at = min(at, due)
        out.append((at, judgement))
        if judgement.restarts:
            newest = judgement
    return sorted(out, key=lambda pair: pair[0])


def _rooms(learner: Learner, judged: list[tuple[int, Judgement]], spans: list[Span]) -> list[int]:
    """Return how much each judgement may still let in: what it covers less what of its time has been entered."""
    undecided = [0] * (len(judged) + 1)
    borders = [at for at, _ in judged]
    for span in spans:
        undecided[bisect_right(borders, span.start)] += span.end - span.start
    rooms = []
    for place, (at, judgement) in enumerate(judged):
        if not judgement.is_proof or not undecided[place]:
            rooms.append(0)
            continue
        since = borders[place - 1] if place else 0
        entered = max(0, learner.clock.played(since, at) - undecided[place])
        rooms.append(max(0, judgement.covers_ms - entered))
    return rooms


def _cut_at(span: Span, borders: list[int]) -> list[Span]:
    points = [span.start, *(at for at in sorted(set(borders)) if span.start < at < span.end), span.end]
    if len(points) == 2:
        return [span]
    return [span.part_of(a, b) for a, b in pairwise(points)]


def _split(span: Span, at: int) -> tuple[Span | None, Span | None]:
    if at <= span.start:
        return None, span
    if at >= span.end:
        return span, None
    return span.part_of(span.start, at), span.part_of(at, span.end)


def _refusals(span: Span, *, takes_back: bool) -> list[Refusal]:
    return [
        Refusal(
            span.context, span.part, span.seq, span.start, span.end, positions, "missed_check", takes_back
        )
        for positions in span.path or (None,)
    ]


def _miss(learner: Learner, span: Span, out: Outcome, *, keep: bool) -> None:
    if not span.is_missed:
        out.refusals += _refusals(span, takes_back=False)
        span.is_missed = True
    if keep:
        learner.spans.append(span)


def _unmiss(span: Span, out: Outcome) -> None:
    if span.is_missed:
        out.refusals += _refusals(span, takes_back=True)
        span.is_missed = False


def pending_credit(
    learner: Learner, sets: Mapping[UUID, PartSets], terms: Terms, now: int
) -> dict[UUID, tuple[int, list[tuple[int, int]]]]:
    """
    Return per part what a proof at ``now`` would credit, in ms, and the positions it would cover.

    It is the credit the waiting time would give, not the waiting time itself, so that the sum shown to the learner
    does not jump when the proof comes.
    """
    spans = [s for s in provable(learner, terms, now) if s.part in sets]
    parts = {s.part for s in spans}
    if not (
        any(span.context.has_cap for span in spans)
        or any(context.has_cap for part in parts for _, _, context in sets[part].spare)
    ):
        return {part: _uncapped(sets[part], [s for s in spans if s.part == part]) for part in parts}
    copies = {part: sets[part].copy() for part in parts}
    trial = Learner(days=dict(learner.days), courses=dict(learner.courses))
    for span in spans:
        enter(trial, copies, span, Outcome())
    return {
        part: (
            tried.credited_ms - sets[part].credited_ms,
            tried.covered,
        )
        for part, tried in copies.items()
        if measure(tried.covered) or tried.worked_ms
    }


def _uncapped(part: PartSets, spans: Sequence[Span]) -> tuple[int, list[Interval]]:
    """
    Return what ``enter`` would make of these spans where no cap bites: the measures alone, without the instants.

    A learner who plays on unproved has this asked at each beat, of all that waits.
    """
    covered, covered_ms, worked_ms, credited_ms = (
        part.covered,
        part.covered_ms,
        part.worked_ms,
        part.credited_ms,
    )
    spare_ms = measure((a, b) for a, b, _ in part.spare)
    for span in spans:
        for a, b in span.path:
            new = measure(free(covered, a, b))
            if new:
                covered = add(covered, a, b)
                covered_ms += new
        worked_ms += span.end - span.start
        spare_ms += span.end - span.start
        grown = max(0, min(covered_ms, worked_ms) - credited_ms)
        grown = min(grown, spare_ms)
        credited_ms += grown
        spare_ms = min(spare_ms - grown, max(0, part.nominal_ms - credited_ms))
    return credited_ms - part.credited_ms, covered
