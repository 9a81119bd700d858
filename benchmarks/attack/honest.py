"""Honest learners with a bad network, an old phone or little time. Nothing of what they played may be lost."""

import random
from itertools import pairwise

from benchmarks.attack.absent import given
from benchmarks.attack.cases import case, expect
from benchmarks.attack.model import DAY_MS, SHANGHAI_MS
from benchmarks.attack.player import Device, Worker

HONEST = "honest"


def fine(d: Device) -> None:
    """Nothing was refused by the last answer."""
    expect(not d.reasons, f"an honest beat was refused: {sorted(d.reasons)}")


@case("steady play", HONEST, seconds=5)
def steady(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(4_500)
    for start in range(0, 4_500, 1_500):
        d.until(start + 1_500)
        d.send([d.beat(start, start + 1_500, at + start)])
        fine(d)
    d.close(4_500)


@case("lost answers: sent, not answered, sent again", HONEST, seconds=5)
def lost_answers(w: Worker, _: Worker) -> None:
    d = w.open(is_lost=True)
    at = d.region(4_000)
    for start in range(0, 4_000, 1_000):
        d.until(start + 1_000)
        d.send([d.beat(start, start + 1_000, at + start)], lost=2)
        fine(d)
    d.close(4_000, lost=2)


@case("a shuffled network", HONEST, seconds=5)
def shuffled(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(5_000)
    beats = d.beats(0, 5_000, at, 250)
    random.Random(7).shuffle(beats)
    d.until(5_000)
    for number in range(0, len(beats), 3):
        d.send(beats[number : number + 3])
        fine(d)
    d.close(5_000)


@case("the same beats in flight at once", HONEST, seconds=4)
def in_flight(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(3_000)
    d.until(3_000)
    beats = d.beats(0, 3_000, at, 300)
    w.at_once([lambda: d.send(beats)] * 4 + [lambda b=b: d.send([b]) for b in beats[:4]])
    d.close(3_000)


@case("beats held back for twenty seconds", HONEST, seconds=21)
def held_back(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(3_000)
    d.until(20_000)
    d.send(d.beats(0, 3_000, at, 1_000))
    fine(d)
    d.close(3_000)


@case("minutes without a network, inside the lateness window", HONEST, seconds=95, is_quick=False)
def minutes_late(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(20_000)
    d.until(90_000)
    d.send(d.beats(0, 5_000, at, 500))
    d.send(d.beats(60_000, 75_000, at + 5_000, 15_000))
    fine(d)
    d.close(75_000)


@case("a phone that slept: a new session, and what was left of the old one", HONEST, seconds=7)
def slept(w: Worker, _: Worker) -> None:
    before = w.open()
    at = before.region(4_000)
    before.until(2_000)
    unsent = before.beats(0, 2_000, at, 1_000)
    before.until(4_000)
    after = w.open()
    after.until(2_000)
    after.send([after.beat(0, 2_000, at + 2_000)])
    before.send(unsent)
    fine(before)
    after.close(2_000)


@case("a tunnel, then a batch of a hundred", HONEST, seconds=6)
def tunnel(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(5_000)
    d.until(5_000)
    d.send(d.beats(0, 5_000, at, 50), lost=1)
    fine(d)
    d.close(5_000)


@case("two parts in turn", HONEST, seconds=6)
def two_parts(w: Worker, _: Worker) -> None:
    d = w.open()
    at, other = d.region(3_000), d.region(3_000, part=1)
    for number in range(3):
        start = number * 2_000
        d.until(start + 2_000)
        d.send([d.beat(start, start + 1_000, at + number * 1_000),
                d.beat(start + 1_000, start + 2_000, other + number * 1_000, part=1)])  # fmt: skip
        fine(d)
    d.close(6_000)


@case("half again as fast, then the rest by playing it again", HONEST, seconds=7)
def faster(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(6_000)
    d.until(4_000)
    d.send(d.beats(0, 4_000, at, 500, rate=1.5))
    fine(d)
    d.until(6_000)
    d.send([d.beat(4_000, 6_000, at + 1_000)])
    d.close(6_000)


@case("slowly, with pauses and jumps", HONEST, seconds=6)
def slowly(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(10_000)
    d.until(6_000)
    d.send([d.beat(0, 2_000, at, rate=0.5), d.beat(2_700, 3_333, at + 5_000), d.beat(3_334, 4_001, at + 1_000),
            d.beat(4_900, 6_000, at + 8_000, rate=1.25)])  # fmt: skip
    fine(d)
    d.close(6_000)


@case("milliseconds: beats of uneven length lose nothing to rounding", HONEST, seconds=5)
def uneven(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(8_000)
    borders, rng = [0], random.Random(11)
    while borders[-1] < 4_500:
        borders.append(min(4_500, borders[-1] + rng.randint(1, 157)))
    d.until(4_600)
    position = at
    beats = []
    for start, end in pairwise(borders):
        size = (end - start) * 5 // 4
        beats.append(d.beat(start, end, ranges=[[position, position + size]]))
        position += size
    d.send(beats)
    fine(d)
    d.close(4_500)


@case("two devices, one after the other, with late beats of the first", HONEST, seconds=6)
def devices_in_turn(w: Worker, _: Worker) -> None:
    phone = w.open(device="phone")
    at = phone.region(5_000)
    phone.until(3_000)
    phone.send([phone.beat(0, 1_000, at)])
    tablet = w.open(device="tablet")
    tablet.until(1_000)
    tablet.send([tablet.beat(0, 1_000, at + 3_000)])
    phone.send([phone.beat(2_000, 3_000, at + 2_000), phone.beat(1_000, 2_000, at + 1_000)])
    fine(phone)
    tablet.until(2_000)
    tablet.send([tablet.beat(1_000, 2_000, at + 4_000)])
    tablet.close(2_000)


@case("a phone whose clock is a second fast", HONEST, seconds=4)
def fast_phone(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(4_000)
    d.until(3_000)
    d.send([d.beat(0, 4_000, at)])
    fine(d)
    d.until(4_100)
    d.close(4_000)


@case("the closing tap is lost and comes again later", HONEST, seconds=5)
def lost_tap(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(2_000)
    d.until(2_000)
    d.close(2_000, lost=1)
    d.send([d.beat(0, 2_000, at)])
    fine(d)
    d.until(4_000)
    d.close(2_000)


@case("answers that are lost, repeated and overtake their beats", HONEST, seconds=24, fast=True)
def overtaking_answers(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    at = d.region(24_000)
    one = d.checks[0]["after_ms"]
    d.until(one + 400)
    d.send([], [given(d, 0, one, one + 300)], lost=1)
    d.send(d.beats(0, one, at, 500)[::-1], lost=1)
    two = one + 300 + d.checks[1]["after_ms"]
    d.until(two + 500)
    beats = d.beats(one + 300, two, at + one, 700)
    d.send(beats[1:], [given(d, 1, two, two + 400)])
    d.send(beats[:1])
    fine(d)
    d.close(two + 400, lost=1)


@case("a missed check, made up by playing again", HONEST, seconds=24, fast=True)
def made_up(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    one, two = d.checks[0]["after_ms"], d.checks[1]["after_ms"]
    at = d.region(max(one, two))
    d.until(one + 400)
    d.send(d.beats(0, one, at, 1_000))
    d.answer(0, shown=one, t=one + 300, answer=None)
    start = one + 300
    d.until(start + two + 400)
    d.send(d.beats(start, start + two, at, 1_000))
    fine(d)
    d.answer(1, shown=start + two, t=start + two + 300)
    d.close(start + two + 300)


@case("an answer given in time that arrives after its miss", HONEST, seconds=12, fast=True)
def turned_miss(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    one = d.checks[0]["after_ms"]
    at = d.region(one)
    d.until(one + 600)
    d.send(d.beats(0, one, at, 1_000), [given(d, 0, one, one + 500, None)])
    d.answer(0, shown=one, t=one + 400)
    expect(d.last[0] == 200, "an answer given in time was refused")


@case("over midnight in Shanghai", HONEST, seconds=20)
def midnight(w: Worker, _: Worker) -> None:
    """Two days have their part each. On a real clock only when midnight is near; else it is steady play."""
    left = DAY_MS - (w.clock.now() + SHANGHAI_MS) % DAY_MS
    w.clock.sleep(left - 3_000 if 3_000 < left < 15_000 else 0)
    d = w.open()
    at = d.region(6_000)
    d.until(5_000)
    d.send([d.beat(0, 5_000, at)])
    fine(d)
    d.close(5_000)
