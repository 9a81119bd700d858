"""A learner whose minute did not count, and the officers who answer: for tests of objections and corrections."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from accounts.models import User
from media.api import KeptFile
from records.api import CheckMissed, issue_policy
from records.models import RefusedSpan
from tests.factories.people import make_member, make_tree, make_user
from tests.factories.records import MINUTE
from tests.records.player import Player
from unions.api import Union, appoint

PAPER = KeptFile(sha256(b"paper").hexdigest(), "evidence/pa/paper.pdf", "application/pdf", 5)


def picture(width: int = 8, height: int = 8, form: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "white").save(out, form)
    return out.getvalue()


def officer_at(union: Union, duty: str = "training", *, write: bool = True) -> User:
    user = make_user()
    appoint(officer=user, union=union, duty=duty, may_write=write, on=date(2026, 1, 1))
    return user


@dataclass
class Desk:
    """李海生 in the plant missed a check after a minute (or ``minutes``); 周 and 孙 have the training of plant and county."""

    clock: object
    tree: dict = field(default_factory=make_tree)
    minutes: int = 1

    def __post_init__(self) -> None:
        issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
        self.user = make_user()
        self.user.person.name = "李海生"
        self.user.person.save()
        make_member(self.tree["plant"], person=self.user.person)
        self.learner = self.user.person.uuid
        self.zhou = officer_at(self.tree["plant"])
        self.sun = officer_at(self.tree["county"])
        self.player = Player(self.clock, learner=self.learner)
        self.miss(self.minutes)

    def miss(self, minutes: int = 1) -> None:
        """Play and let the check pass."""
        self.player.play(minutes * MINUTE)
        with pytest.raises(CheckMissed):
            self.player.answer(answer=None)

    @property
    def span(self) -> RefusedSpan:
        return RefusedSpan.objects.filter(learner=self.learner).order_by("pk")[0]

    @property
    def total(self) -> int:
        return sum(entry.ms for entry in self.player.entries)
