"""One request of a player, from its beats and answers to what is decided by them. Pure, like the rules it calls."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from records.ledger.presence import MISS, PROOF, answer_check, answer_held, answer_question
from records.ledger.rules import judge_beat
from records.ledger.state import Beat, Learner, Outcome, Session


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a check, or to a checkpoint question by the uuid of its part. Instants in ms since opening."""

    id: str
    answer: object
    shown: int
    t: int


@dataclass(slots=True)
class Received:
    """What a request left behind: numbers now known, how each answer was taken, whether spans must be decided."""

    recorded: list[Beat] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    must_settle: bool = False


class UnknownCheck(Exception):
    """The answer is to a check that was never issued to this session."""


def receive(
    learner: Learner,
    session: Session,
    beats: Iterable[Beat],
    answers: Iterable[Answer],
    *,
    now: int,
    draw: Callable[[], int],
    out: Outcome,
) -> Received:
    """
    Take new beats, then answers, in the order sent.

    :raises UnknownCheck: if an answer names neither a check nor a question of this session; nothing is changed then.
    """
    answers = list(answers)
    checks = {check.id: check for check in session.checks}
    questions = {str(uuid) for uuid, part in session.parts.items() if part.kind == "question"}
    for answer in answers:
        if answer.id not in checks and answer.id not in questions:
            raise UnknownCheck(answer.id)
    received = Received()
    before = len(learner.spans)
    for beat in beats:
        if judge_beat(learner, session, beat, now=now, out=out):
            received.recorded.append(beat)
    last = max((judgement.at for judgement in learner.judgements), default=0)
    received.must_settle = any(span.start < last for span in learner.spans[before:])
    for answer in answers:
        if answer.id in checks:
            result = answer_check(
                learner, session, checks[answer.id], answer=answer.answer, shown=answer.shown, t=answer.t, now=now, draw=draw
            )  # fmt: skip
        elif answer.answer is None:
            result = ""
        else:
            proven = answer_question(learner, session, question=answer.id, t=answer.t, now=now, draw=draw)
            result = PROOF if proven else ""
        received.answers[answer.id] = result
        received.must_settle |= result in {PROOF, MISS}
    received.must_settle |= answer_held(learner, session, now=now, draw=draw)
    return received
