"""Lessons taken along: a licence, study without a network, the upload afterwards; by honest people and by others."""

from typing import Any
from uuid import uuid4

from benchmarks.attack.cases import case, expect
from benchmarks.attack.model import Sitting, Terms
from benchmarks.attack.player import Beat, Device, ServerFault, Worker, instant_of
from benchmarks.attack.wire import Reply

HOSTILE, HONEST = "hostile", "honest"


class Bag(Device):
    """A lesson taken along on one device. Its ``t`` runs on the licence's clock."""

    runs: list[dict[str, int]]

    @classmethod
    def take(cls, worker: Worker, lesson: str = "long", device: str = "phone") -> "Bag":
        licence, uuid = str(uuid4()), worker.lessons[lesson]
        body = {"licence": licence, "lesson": uuid, "device": device}
        asked = worker.clock.now()
        status, answer = worker.call("POST", "/study/licences", body)
        if status != 201:
            raise ServerFault(f"a lesson could not be taken along: {status} {answer}")
        arrived = worker.clock.now()
        bag = cls(worker, uuid, body | {"session": licence}, answer, arrived, arrived - asked)
        bag.asked, bag.token, bag.runs = body, answer["token"], []
        terms = worker.terms.get(lesson, Terms(rate=round(answer["max_rate"] * 1_000)))
        worker.judge.opened(
            Sitting(
                licence, bag.opened,
                {p["part"]: p["nominal_ms"] for p in answer["parts"]},
                {p["part"]: p["kind"] for p in answer["parts"]},
                [(bag.opened, terms)],
                [(c["id"], c["after_ms"]) for c in answer["checks"]],
                ended=instant_of(answer["valid_until"]), is_licence=True,
            )
        )  # fmt: skip
        worker.parts[uuid] = answer["parts"]
        worker.devices.append(bag)
        return bag

    asked: dict[str, str]
    token: str

    def upload(self, **body: Any) -> Reply:
        """Send what the judge hears nothing of."""
        whole = {"licence": self.token, "device": self.asked["device"]} | body
        self.last = self.worker.call("POST", "/study/uploads", whole)
        return self.last

    def send(
        self,
        beats: Any = (),
        answers: Any = (),
        lost: int = 0,
        taps: Any = (),
    ) -> Reply:
        body: dict[str, Any] = {"beats": list(beats), "answers": list(answers), "taps": list(taps)}
        body = {name: value for name, value in body.items() if value}
        whole = {"licence": self.token, "device": self.asked["device"], "runs": self.runs} | body
        before = self.t
        for _ in range(lost):
            self.worker.line.lose("/study/uploads", whole)
        self.upload(**body, runs=self.runs)
        if self.last[0] == 200:
            with self.worker.lock:
                now = self._now(before, beats)
                self.worker.judge.received(self.session, beats, answers, now)
                for t in taps:
                    self.worker.judge.tapped(self.session, t, now)
        return self.last

    def answer(self, number: int, *, shown: int, t: int, answer: Any = True, times: int = 1) -> Reply:
        given = {"id": self.checks[number]["id"], "answer": answer, "shown": shown, "t": t}
        for _ in range(times):
            self.send(answers=[given])
        return self.last

    def close(self, t: int | None, *, present: bool = True, lost: int = 0) -> Reply:
        return self.send(taps=[self.t if t is None else t], lost=lost) if present else self.last

    def state(self) -> dict[str, Any]:
        status, answer = self.worker.call("POST", "/study/licences", self.asked)
        if status != 200:
            raise ServerFault(f"taking along again: {status}")
        found: dict[str, Any] = answer
        return found


def _stretch(bag: Bag, start: int, end: int, at: int) -> list[Beat]:
    return bag.beats(start, end, at, 1_000)


@case("a lesson taken along, uploaded three times", HONEST, seconds=5)
def taken_along(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    at = bag.region(4_000)
    bag.until(4_500)
    bag.runs = [{"run": 1, "at_ms": 0, "ms": 2_000}, {"run": 2, "at_ms": 2_400, "ms": 2_000}]
    beats = [*_stretch(bag, 0, 2_000, at), *_stretch(bag, 2_400, 4_400, at + 2_000)]
    bag.send(beats, lost=2, taps=[4_400])
    bag.send(beats[::-1], taps=[4_400])
    expect(bag.gained == 4, "a lesson taken along did not count to the second")


@case("a sealed check answered without a network", HONEST, seconds=12, fast=True)
def sealed_check(w: Worker, _: Worker) -> None:
    bag = Bag.take(w, "fast")
    due = bag.checks[0]["after_ms"]
    at = bag.region(due)
    bag.until(due + 1_000)
    given = {"id": bag.checks[0]["id"], "answer": True, "shown": due, "t": due + 900}
    bag.send([], [given])
    bag.send(_stretch(bag, 0, due, at))
    expect(bag.gained == due // 1_000, "an answer that came before its beats did not prove them")


@case("a phone whose clock was put forward on the way", HONEST, seconds=4)
def clock_put_forward(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    at = bag.region(3_000)
    bag.until(3_500)
    bag.runs = [{"run": 1, "at_ms": 3_600_000, "ms": 3_000}]
    stated = [b | {"t": [b["t"][0] + 3_600_000, b["t"][1] + 3_600_000]} for b in _stretch(bag, 0, 3_000, at)]
    for _again in range(2):
        status, answer = bag.upload(runs=bag.runs, beats=stated, taps=[3_603_000])
        expect(status == 200 and not answer["refused"], "time was refused for the phone's clock")
    expect(bag.gained == 3, "time of a phone with a wrong clock did not count")
    # Where in the past the server puts it is its affair: the judge takes the latest place that fits.
    w.judge.received(bag.session, [b | {"t": [b["t"][0] - 3_600_000, b["t"][1] - 3_600_000]} for b in stated], [],
                     bag.opened + bag.t)  # fmt: skip
    w.judge.tapped(bag.session, 3_000, bag.opened + bag.t)


@case("a stretched clock: an hour within seconds", HOSTILE, seconds=3)
def stretched(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    at = bag.region(60_000)
    bag.until(3_000)
    bag.runs = [{"run": 1, "at_ms": 0, "ms": 60_000}]
    bag.send(bag.beats(0, 60_000, at, 5_000))
    expect(bag.reasons == {"ahead_of_clock"}, "more time was taken than went by")
    bag.send(taps=[3_000])


@case("two licences on the same clock", HOSTILE, seconds=3)
def two_licences(w: Worker, _: Worker) -> None:
    one, two = Bag.take(w), Bag.take(w, "other", "tablet")
    at, other = one.region(3_000), two.region(3_000)
    two.until(3_000)
    one.send(_stretch(one, 0, 3_000, at))
    two.send(_stretch(two, 0, 3_000, other))
    one.send(taps=[3_000])
    two.send(taps=[3_000])


@case("a licence replayed under new numbers and runs", HOSTILE, seconds=3)
def replayed(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    at = bag.region(3_000)
    bag.until(3_000)
    for number in range(3):
        bag.runs = [{"run": number, "at_ms": 0, "ms": 3_000}]
        bag.send(_stretch(bag, 0, 3_000, at))
    bag.send(taps=[3_000])


@case("a licence that was changed, or signed by somebody else", HOSTILE, seconds=2)
def forged_licence(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    bag.until(2_000)
    whole, beats = bag.token, bag.beats(0, 2_000, 0, 1_000)
    head, _, tail = whole.rpartition(".")
    for token in (
        f"{head}.{tail[::-1]}",
        whole.replace(".", ".A", 1),
        whole.partition(".")[2],
        f"x.{whole.partition('.')[2]}",
        "a.b.c",
        "…",
    ):
        bag.token = token
        status, _answer = bag.upload(beats=beats, taps=[2_000])
        expect(status == 422, f"a forged licence was answered with {status}")
    bag.token = whole


@case("a licence on another device, by another person, as a session", HOSTILE, seconds=2)
def not_mine(w: Worker, stranger: Worker) -> None:
    bag = Bag.take(w)
    bag.until(2_000)
    beats = bag.beats(0, 2_000, 0, 1_000)
    expect(bag.upload(beats=beats, device="another")[0] == 409, "a licence was good for another device")
    body = {"licence": bag.token, "device": "phone", "beats": beats}
    expect(stranger.call("POST", "/study/uploads", body)[0] == 404, "a licence was good for somebody else")
    expect(bag.raw({"beats": beats}) == 404, "a licence's beats came in by the door of sessions")
    expect(bag.raw({"t": 2_000, "present": True}, "close") == 404, "a licence was closed like a session")


@case("runs that overlap, or beats in none of them", HOSTILE, seconds=1)
def runs_at_odds(w: Worker, _: Worker) -> None:
    bag = Bag.take(w)
    beats = bag.beats(0, 1_000, 0, 1_000)
    for runs in (
        [{"run": 1, "at_ms": 0, "ms": 900}],
        [{"run": 1, "at_ms": 0, "ms": 1_000}, {"run": 2, "at_ms": 900, "ms": 500}],
        [{"run": 2, "at_ms": 0, "ms": 1_000}, {"run": 1, "at_ms": 1_000, "ms": 500}],
        [{"run": 1, "at_ms": -1, "ms": 2_000}],
        [{"run": 1, "at_ms": True, "ms": 2_000}],
        [{"run": 1, "at_ms": 0, "ms": 10**30}],
    ):
        status, _answer = bag.upload(runs=runs, beats=beats)
        expect(status == 422, f"runs that no device counts were answered with {status}")
