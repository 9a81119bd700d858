"""A worker with a phone, in front of the study record's own functions."""

from uuid import uuid4

from records.api import Answer, Beat, accept_beats, answer_presence, close_session, open_session
from records.models import LedgerEntry
from tests.factories.records import make_lesson


class Player:
    """Opens, plays on, answers. Positions go with the clock."""

    def __init__(self, clock, lesson=None, learner=None):
        self.clock = clock
        self.lesson = lesson or make_lesson()
        self.learner = learner or uuid4()
        self.seq = 0
        self.t = 0
        self.position = 0
        self.open()

    def open(self, **fields):
        self.session = uuid4()
        self.t = 0
        self.opened = open_session(learner=self.learner, session=self.session, lesson=self.lesson, **fields)
        return self.opened

    def beat(self, ms=15_000, part=0, position=None):
        start = self.position if position is None else position
        self.seq += 1
        beat = Beat(self.seq, self.lesson.parts[part].uuid, self.t, self.t + ms, ((start, start + ms),))
        self.t += ms
        self.position = start + ms
        return beat

    def play(self, ms, **where):
        """Play so long in beats of 15 s and send them in one request."""
        beats = []
        while ms > 0:
            size = min(15_000, ms)
            beats.append(self.beat(size, **where))
            where.pop("position", None)
            ms -= size
        return self.send(beats)

    def send(self, beats, answers=()):
        self.clock.now = max(self.clock.now, self.opened.server_time + self.t)
        return accept_beats(learner=self.learner, session=self.session, beats=beats, answers=answers)

    def answer(self, number=0, *, late=1_000, answer=True):
        """Answer a sealed check so long after it was shown, which is now."""
        shown = self.t
        self.t += late
        self.clock.now = max(self.clock.now, self.opened.server_time + self.t)
        check = self.opened.checks[number]
        return answer_presence(
            learner=self.learner, session=self.session, answer=Answer(check.id, answer, shown, self.t)
        )

    def close(self, *, present=True):
        """End the session at what has been played, by the tap that proves presence."""
        return close_session(learner=self.learner, session=self.session, t=self.t, present=present)

    @property
    def entries(self):
        return list(LedgerEntry.objects.filter(learner=self.learner).order_by("n"))
