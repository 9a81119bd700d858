"""
Plays the plans of ``stories`` through the study record's own operations at the instants planned: sessions opened, beats
sent, checks answered or missed, lessons ended by a tap. What counts is decided by the rules, as for anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from records.api import (
    Answer,
    Beat,
    LessonSnapshot,
    Opened,
    accept_beats,
    close_session,
    open_session,
    resolve_lesson,
)
from records.operations.beats import OFFLINE
from skillspower.demo.stories import ANSWER_MS, AWAY_MS, CHECK_EVERY_MS, LOCKED_MS, Key, Sitting

LONGEST_BEAT_MS = 120_000
ANSWERED_AFTER_MS = 4_000
SENT_AFTER_MS = 500
BEFORE_LOCK_MS = 60_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """``ms`` of a lesson's timeline played without a break: from ``t`` on the player's clock, from ``position`` on."""

    t: int
    position: int
    ms: int
    visible: bool = True


@dataclass(slots=True)
class _Played:
    """A session that waits to be sent."""

    session: UUID
    lesson: LessonSnapshot
    sent_at: int
    ends_ms: int
    beats: list[Beat] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


def play(
    *, learner: UUID, sittings: Sequence[Sitting], lessons: Mapping[Key, UUID], source: str = "player"
) -> int:
    """
    Play sittings, oldest first, and return how many. Each is sent when it is over, or when the network is back.

    ``lessons`` are the uuids of the lessons in the plan.
    """
    waiting: list[_Played] = []
    for number, sitting in enumerate(sittings):
        waiting = _send(learner, waiting, until=sitting.at, source=source)
        lesson = resolve_lesson(lesson=lessons[sitting.lesson], learner=learner, now=sitting.at)
        opened = open_session(
            learner=learner,
            session=uuid5(learner, f"sitting {number}"),
            lesson=lesson,
            source=source,
            now=sitting.at,
            draw=_draw,
        )
        waiting.append(_sit(sitting, lesson, opened))
    _send(learner, waiting, until=None, source=source)
    return len(sittings)


def _draw() -> int:
    return CHECK_EVERY_MS


def _send(learner: UUID, waiting: list[_Played], *, until: int | None, source: str) -> list[_Played]:
    """Send what is due by ``until``, in the order of sending, and return the rest; None is everything."""
    due = [played for played in waiting if until is None or played.sent_at <= until]
    for played in sorted(due, key=lambda each: each.sent_at):
        # What was studied without a network comes with the tap that ended it; nobody can close such a session any more.
        is_offline = source == OFFLINE
        accept_beats(
            learner=learner,
            session=played.session,
            beats=played.beats,
            answers=played.answers,
            taps=[played.ends_ms] if is_offline else [],
            source=source,
            now=played.sent_at,
            draw=_draw,
        )
        if not is_offline:
            close_session(
                learner=learner, session=played.session, t=played.ends_ms, present=True, now=played.sent_at
            )
    return [played for played in waiting if played not in due]


def _sit(sitting: Sitting, lesson: LessonSnapshot, opened: Opened) -> _Played:
    stretches = _stretches(sitting)
    answers, missed_at = _answers(sitting, stretches, opened)
    if missed_at is not None:
        stretches = [piece for stretch in stretches for piece in _pause(stretch, missed_at)]
        answers = [_later(answer, missed_at) for answer in answers]
    ends = stretches[-1].t + stretches[-1].ms
    return _Played(
        opened.session,
        lesson,
        sitting.at + ends + SENT_AFTER_MS + sitting.arrives_after_ms,
        ends,
        list(_beats(stretches, lesson)),
        answers,
    )


def _stretches(sitting: Sitting) -> list[Stretch]:
    """Return what is played, when; what ran while the screen was locked is played once more at the end."""
    if not sitting.locked:
        return [Stretch(0, 0, sitting.until_ms)]
    rest = BEFORE_LOCK_MS + LOCKED_MS
    return [
        Stretch(0, 0, BEFORE_LOCK_MS),
        Stretch(BEFORE_LOCK_MS, BEFORE_LOCK_MS, LOCKED_MS, visible=False),
        Stretch(rest, rest, sitting.until_ms - rest),
        Stretch(sitting.until_ms, BEFORE_LOCK_MS, LOCKED_MS),
    ]


def _answers(
    sitting: Sitting, stretches: Sequence[Stretch], opened: Opened
) -> tuple[list[Answer], int | None]:
    """
    Return the answers to the checks that fall due, and when the missed one was over. A missed check is the second: what
    lies between it and the answer before it is known to the plan.
    """
    ends = stretches[-1].t + stretches[-1].ms
    answers: list[Answer] = []
    missed_at, since = None, 0
    for check in opened.checks:
        shown = _reach(stretches, since, check.after_ms)
        if shown is None:
            break
        if sitting.missed and len(answers) == 1:
            since = missed_at = shown + ANSWER_MS
            answers.append(Answer(check.id, None, shown, since))
        else:
            since = min(shown + ANSWERED_AFTER_MS, ends)
            answers.append(Answer(check.id, True, shown, since))
    return answers, missed_at


def _reach(stretches: Sequence[Stretch], since: int, ms: int) -> int | None:
    """Return when so much has been played in sight since an instant of the player's clock, or None if it never is."""
    for stretch in stretches:
        start = max(stretch.t, since)
        left = stretch.t + stretch.ms - start
        if not stretch.visible or left <= 0:
            continue
        if ms <= left:
            return start + ms
        ms -= left
    return None


def _pause(stretch: Stretch, at: int) -> Iterator[Stretch]:
    """Yield a stretch with the minutes nobody was there put in: the player stops after a missed check."""
    before = min(max(at - stretch.t, 0), stretch.ms)
    if before:
        yield Stretch(stretch.t, stretch.position, before, stretch.visible)
    if before < stretch.ms:
        yield Stretch(
            stretch.t + before + AWAY_MS, stretch.position + before, stretch.ms - before, stretch.visible
        )


def _later(answer: Answer, at: int) -> Answer:
    if answer.shown <= at:
        return answer
    return Answer(answer.id, answer.answer, answer.shown + AWAY_MS, answer.t + AWAY_MS)


def _beats(stretches: Sequence[Stretch], lesson: LessonSnapshot) -> Iterator[Beat]:
    """Yield the beats of what was played: each within one part, and none longer than two minutes."""
    seq = 0
    for stretch in stretches:
        begins = 0
        for part in lesson.parts:
            at = max(stretch.position, begins)
            end = min(stretch.position + stretch.ms, begins + part.nominal_ms)
            while at < end:
                ms = min(LONGEST_BEAT_MS, end - at)
                t = stretch.t + at - stretch.position
                seq += 1
                where = (at - begins, at - begins + ms)
                yield Beat(seq, part.uuid, t, t + ms, (where,), stretch.visible)
                at += ms
            begins += part.nominal_ms
