"""
Players of the record itself, without the web in front of it: each plays a long film in beats of half a second and answers
a check when it is due. Django must be set up.
"""

from dataclasses import dataclass, replace
from itertools import count
from uuid import UUID, uuid4

from benchmarks.worlds.ledger import learner_number
from records.api import (
    Answer,
    Beat,
    LessonSnapshot,
    PartSnapshot,
    accept_beats,
    issue_policy,
    open_session,
)
from records.db import store

BEAT_MS = 500
AHEAD_MS = 6 * 3_600_000


def let_time_pass() -> None:
    """Let the database's clock run six hours ahead for beats, so that they need not wait to have happened."""
    read = store.load

    def load(learner: UUID, session: UUID, *, now: int | None = None) -> store.Loaded | None:
        found = read(learner, session, now=now)
        return None if found is None else replace(found, now=found.now + AHEAD_MS)

    store.load = load


numbers = count()
"""Of the learners that play: nobody plays twice, because the own clock runs ahead of the next opening."""


def prove_every(beats: int) -> None:
    """Let the policy ask after so many beats less one, so that each of so many comes with a proof and seals an entry."""
    between = max(1, beats - 1) * BEAT_MS
    issue_policy(owner="national", effective_from=0, presence_min_ms=between, presence_max_ms=between)


@dataclass
class Player:
    learner: UUID
    lesson: LessonSnapshot
    session: UUID
    checks: list[str]
    seq: int = 0
    t: int = 0

    @classmethod
    def open(cls, number: int) -> "Player":
        """Open a session of the learner of this number, whose own clock it must not have run on before."""
        learner = learner_number(number)
        part = PartSnapshot(uuid=uuid4(), kind="video", nominal_ms=AHEAD_MS, title="第一段")
        lesson = LessonSnapshot(
            lesson=uuid4(), edition=uuid4(), activity="urn:bench", title="平敷焊", course="course:bench",
            course_title="焊工", occupation="6-18-02-04", occupation_name="焊工", level=2, parts=(part,),
        )  # fmt: skip
        session = uuid4()
        opened = open_session(learner=learner, session=session, lesson=lesson)
        return cls(learner, lesson, session, [check.id for check in opened.checks])

    def beat(self) -> Beat:
        self.seq += 1
        start, self.t = self.t, self.t + BEAT_MS
        return Beat(self.seq, self.lesson.parts[0].uuid, start, self.t, ((start, self.t),))

    def send(self, beats: int = 1) -> None:
        accept_beats(learner=self.learner, session=self.session, beats=[self.beat() for _ in range(beats)])

    def tap(self) -> None:
        """Send a beat with the tap that ends a lesson: it seals an entry."""
        beat = self.beat()
        accept_beats(learner=self.learner, session=self.session, beats=[beat], taps=[beat.t_to])

    def prove(self) -> None:
        """Answer the next check in one request with a beat; when the last is used, begin another session."""
        answer = Answer(self.checks.pop(0), True, self.t, self.t + 1)
        accept_beats(learner=self.learner, session=self.session, beats=[self.beat()], answers=[answer])
        if not self.checks:  # somebody else: the own clock has run ahead of the next opening
            again = Player.open(next(numbers))
            self.learner = again.learner
            self.lesson, self.session, self.checks, self.seq, self.t = (
                again.lesson,
                again.session,
                again.checks,
                0,
                0,
            )
