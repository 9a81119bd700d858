"""
Random players, honest and hostile, over the HTTP API, compared by part and day with a model of the text that shares no
code with the product (``benchmarks.attack.model``): what is credited, what waits and what can still be earned.
"""

import random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.attack.model import Terms
from benchmarks.attack.offline import Bag
from benchmarks.attack.player import Device, Worker
from records.api import issue_policy
from records.operations import sessions
from tests.factories.records import MINUTE, make_lesson
from tests.records.worker import ClientLine, MovedClock

pytestmark = pytest.mark.django_db
MIDNIGHT = 1_795_449_600_000  # the first instant of 24 November 2026 in Shanghai
PARTS = (90_000, 40_000)
RATES = [0.5, 1, 1, 1, 1.25, 1.5, 4, 16]

play = st.tuples(
    st.just("play"), st.integers(1, 9_000), st.sampled_from(RATES), st.integers(0, 1), st.integers(0, 60_000)
)
send = st.tuples(st.just("send"), st.sampled_from(["in order", "shuffled", "half", "twice", "one by one"]))
answer = st.tuples(
    st.just("answer"), st.sampled_from(["in time", "too early", "too late", "missed", "twice"])
)
others = st.sampled_from(
    [
        ("open",),
        ("open",),
        ("take",),
        ("take",),
        ("back",),
        ("tap",),
        ("close",),
        ("wait", 7_000),
        ("late",),
        ("overlap",),
        ("ahead",),
        ("policy",),
    ]
)
plans = st.lists(st.one_of(play, play, send, answer, others), min_size=3, max_size=16)


class Random:
    """Plays a plan with one worker: what is played waits in the hand until it is sent."""

    def __init__(self, worker: Worker, programme: str, seed: int) -> None:
        self.worker, self.programme, self.rng = worker, programme, random.Random(seed)
        self.hand: dict[str, list] = {}
        self.device: Device = worker.open()
        self.next_check: dict[str, int] = {}

    def step(self, word: str, *how) -> None:
        getattr(self, word)(*how)

    def play(self, ms, rate, part, at) -> None:
        d = self.device
        start = d.t
        self.worker.clock.sleep(ms)
        self.hand.setdefault(d.session, []).append(
            d.beat(start, start + ms, at % PARTS[part], part=part, rate=rate)
        )

    def overlap(self) -> None:
        d = self.device
        end = d.t
        self.hand.setdefault(d.session, []).append(d.beat(max(0, end - 5_000), end, 20_000))

    def ahead(self) -> None:
        d = self.device
        d.send([d.beat(d.t + 1_000, d.t + 2_001 + self.rng.randint(0, 9_000), 0)])

    def send(self, how) -> None:
        self._send(self.device, how)

    def late(self) -> None:
        for device in self.worker.devices[:-1]:
            self._send(device, "shuffled")

    def _send(self, device, how) -> None:
        beats = self.hand.pop(device.session, [])
        if not beats:
            return
        if how == "shuffled":
            self.rng.shuffle(beats)
        if how == "half":
            self.hand[device.session] = beats[::2]
            beats = beats[1::2] or beats
        for batch in [[beat] for beat in beats] if how == "one by one" else [beats]:
            device.send(batch)
        if how == "twice":
            device.send(beats[::-1])

    def answer(self, how) -> None:
        d = self.device
        number = self.next_check.get(d.session, 0)
        shown = d.t
        if how == "too late":
            self.worker.clock.sleep(60_001)
        elif how == "too early":
            shown = max(0, shown - 4_000)
        self.worker.clock.sleep(700)
        self._send(d, "in order")
        value = None if how == "missed" else True
        d.answer(number, shown=shown, t=d.t, answer=value, times=2 if how == "twice" else 1)
        if d.checks[number]["id"] in self.worker.judge.sittings[d.session].judged and how != "missed":
            self.next_check[d.session] = min(number + 1, len(d.checks) - 1)

    def open(self) -> None:
        self.device = self.worker.open(device=f"device {len(self.worker.devices)}")

    def take(self) -> None:
        """Take the lesson along: what is played next has a licence, and no network."""
        self.device = Bag.take(self.worker, device=f"device {len(self.worker.devices)}")

    def back(self) -> None:
        """Go on with what one had before: two licences, or a licence and a session, side by side."""
        self.device = self.rng.choice(self.worker.devices)

    def tap(self) -> None:
        self.device.close(self.device.t)

    def close(self) -> None:
        self.device.close(self.device.t, present=False)

    def wait(self, ms) -> None:
        self.worker.clock.sleep(ms)

    def policy(self) -> None:
        self.worker.clock.sleep(1)  # two versions cannot begin at one instant
        cap = self.rng.choice([10_000, 30_000])
        issue(self.programme, cap)
        changed = (self.worker.clock.now(), terms(cap))
        for sitting in self.worker.judge.sittings.values():
            sitting.terms.append(changed)
        self.worker.terms["long"] = changed[1]


def issue(programme: str, cap: int, **fields) -> None:
    issue_policy(owner=programme, presence_min_ms=5_000, presence_max_ms=10_000, daily_cap_ms=cap, **fields)


def terms(cap: int) -> Terms:
    return Terms(day_cap=cap, covers=70_000)


@settings(
    max_examples=35,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],  # a plan is short; shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)
@given(plan=plans, seed=st.integers(0, 2**32), before_midnight=st.sampled_from([12 * 60 * MINUTE, 20_000]))
def test_any_player_gets_over_http_what_the_model_of_the_text_gives(clock, plan, seed, before_midnight):
    programme = f"programme:{uuid4()}"
    issue(programme, 60_000, effective_from=0)
    lesson = make_lesson(*PARTS, owner_keys=(programme,))
    clock.now = MIDNIGHT - before_midnight
    before = sessions._RESOLVERS[:]
    sessions._RESOLVERS[:] = [lambda uuid, learner, now: lesson]
    try:
        worker = Worker(
            "w", ClientLine(), MovedClock(clock), {"long": str(lesson.lesson)}, {"long": terms(60_000)}
        )
        player = Random(worker, programme, seed)
        for word, *how in plan:
            player.step(word, *how)
        player.late()
        player.send("in order")
        verdict = worker.verdict()
        assert (verdict.forged, verdict.lost) == (0, 0), verdict.notes
        player.tap()
        verdict = worker.verdict()
    finally:
        sessions._RESOLVERS[:] = before
    assert (verdict.forged, verdict.lost) == (0, 0), verdict.notes
