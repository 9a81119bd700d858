"""Somebody with a phone who has not signed in."""

from uuid import uuid4

from records.api import Answer
from records.ledger.state import Beat
from records.operations.guests import (
    accept_guest_beats,
    answer_guest_presence,
    close_guest_session,
    open_guest_session,
)
from tests.records.player import Player


class Guest(Player):
    """Plays like any other, under the key of a device instead of a person's uuid."""

    def __init__(self, clock, lesson=None, device=None):
        self.device = device or uuid4().hex * 2
        super().__init__(clock, lesson)

    def open(self, **fields):
        self.session = uuid4()
        self.t = 0
        self.opened = open_guest_session(
            device=self.device, session=self.session, lesson=self.lesson, **fields
        )
        return self.opened

    def send(self, beats: list[Beat], answers=()):
        self.clock.now = max(self.clock.now, self.opened.server_time + self.t)
        return accept_guest_beats(
            device=self.device, session=self.session, beats=beats, answers=list(answers)
        )

    def answer(self, number=0, *, late=1_000, answer=True):
        shown = self.t
        self.t += late
        self.clock.now = max(self.clock.now, self.opened.server_time + self.t)
        check = self.opened.checks[number]
        return answer_guest_presence(
            device=self.device, session=self.session, answer=Answer(check.id, answer, shown, self.t)
        )

    def close(self, *, present=True):
        return close_guest_session(device=self.device, session=self.session, t=self.t, present=present)
