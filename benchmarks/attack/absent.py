"""Players who are not there: checks answered by a script, taps instead of answers, and the cap of a day."""

from typing import Any

from benchmarks.attack.cases import case, expect
from benchmarks.attack.player import Device, Worker

HOSTILE = "hostile"


def given(d: Device, number: int, shown: int, t: int, answer: Any = True) -> dict[str, Any]:
    return {"id": d.checks[number]["id"], "answer": answer, "shown": shown, "t": t}


@case("a script answers every check before it is shown", HOSTILE, seconds=13, fast=True, is_last=True)
def before_shown(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    at = d.region(12_000)
    due = d.checks[0]["after_ms"]
    d.until(300)
    d.send([], [given(d, n, 0, 200) for n in range(len(d.checks))])
    d.until(12_000)
    d.send(d.beats(0, 12_000, at, 1_000), [given(d, 0, due - 1, due + 500), given(d, 1, due, due + 1)])
    expect(d.gained == 0, "an answer given before its check was shown proved something")
    d.close(12_000)


@case("a check answered twice, and in another session", HOSTILE, seconds=22, fast=True, is_last=True)
def answered_twice(w: Worker, _: Worker) -> None:
    first = w.open("fast")
    at = first.region(22_000)
    due = first.checks[0]["after_ms"]
    first.until(due + 500)
    first.send(first.beats(0, due, at, 1_000))
    first.answer(0, shown=due, t=due + 300, times=3)
    second = w.open("fast")
    status, _answer = second.worker.call("POST", f"{second.path}/presence", given(first, 1, 0, 1))
    expect(status == 422, f"a check of another session was taken: {status}")
    rest = second.checks[0]["after_ms"]
    second.until(rest + 1_500)
    second.send(second.beats(0, rest + 1_000, at + due, 1_000))
    first.answer(0, shown=due, t=due + 400)
    first.send([], [given(first, 1, due + 200, due + 400)])
    expect(second.worker.call("POST", second.path + "/beats", {"answers": [given(first, 0, 0, 1)]})[0] == 422,
           "a check of another session was taken with beats")  # fmt: skip
    second.close(rest + 1_000)


@case("taps instead of answers, over many sessions", HOSTILE, seconds=17, fast=True, is_last=True)
def taps_only(w: Worker, _: Worker) -> None:
    at = None
    for number in range(4):
        d = w.open("fast")
        at = d.region(16_000) if at is None else at
        d.until(4_000)
        d.send([d.beat(0, 4_000, at + number * 4_000)])
        d.close(4_000)
        d.close(4_000)


@case("idle past the check, then claim all of it", HOSTILE, seconds=16, fast=True, is_last=True)
def idle_past_check(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    at = d.region(15_000)
    d.until(2_000)
    d.send([d.beat(0, 2_000, at)])
    d.until(15_000)
    d.send(d.beats(2_000, 15_000, at + 2_000, 1_000))
    d.close(15_000)


@case("a miss, then a tap dated before it", HOSTILE, seconds=13, fast=True)
def tap_before_miss(w: Worker, _: Worker) -> None:
    first = w.open("fast")
    at = first.region(14_000)
    first.until(1_000)
    first.send([first.beat(0, 1_000, at)])
    second = w.open("fast")
    due = second.checks[0]["after_ms"]
    second.until(due + 500)
    second.send([second.beat(0, due, at + 1_000)], [given(second, 0, due, due + 200, None)])
    first.close(1_000)
    expect(first.gained == 0, "a tap dated before a miss turned it")


@case("an answer after its deadline", HOSTILE, seconds=74, fast=True, is_last=True, is_quick=False)
def after_deadline(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    due = d.checks[0]["after_ms"]
    at = d.region(due + 2_000)
    d.until(due)
    d.send(d.beats(0, due, at, 1_000))
    d.until(due + 61_000)
    d.answer(0, shown=due, t=due + 60_500)
    expect(d.last[0] == 410, f"an answer after its deadline was answered {d.last[0]}")
    d.until(due + 62_000)
    d.send([d.beat(due + 61_000, due + 62_000, at + due)])
    d.close(due + 62_000)


@case("proofs at once, from many threads", HOSTILE, seconds=11, fast=True)
def proofs_at_once(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    due = d.checks[0]["after_ms"]
    at = d.region(due)
    d.until(due + 600)
    beats = d.beats(0, due, at, 1_000)
    w.at_once([lambda: d.send(beats, [given(d, 0, due, due + 500)])] * 6)
    w.at_once([lambda: d.answer(0, shown=due, t=due + 500)] * 6)
    d.close(due + 500)


@case("a question answered again and again", HOSTILE, seconds=5)
def same_question(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(4_000)
    question = d.parts[-1]["part"]
    for number in range(1, 5):
        d.until(number * 1_000)
        d.send([d.beat(number * 1_000 - 1_000, number * 1_000, at + number * 1_000 - 1_000)],
               [{"id": question, "answer": 0, "shown": number * 1_000 - 500, "t": number * 1_000 - 400}])  # fmt: skip
    expect(d.gained < 3, "one question proved more than once")
    d.close(4_000)


@case(
    "a day's cap of one minute, and the same day again",
    HOSTILE,
    seconds=82,
    fast=True,
    is_last=True,
    is_quick=False,
)
def day_cap(w: Worker, _: Worker) -> None:
    d = w.open("fast")
    at = d.region(78_000)
    played, number, next_due = 0, 0, d.checks[0]["after_ms"]
    start = 0
    while played < 72_000:
        # Play to the next check, answer it, and go on: as honest as can be, and still no more than a minute counts.
        start_t = start
        d.until(start_t + next_due + 300)
        d.send(d.beats(start_t, start_t + next_due, at + played, 1_000))
        d.answer(number, shown=start_t + next_due, t=start_t + next_due + 200)
        played += next_due
        start = start_t + next_due + 200
        number += 1
        if number == len(d.checks):
            break
        next_due = d.checks[number]["after_ms"]
    d.close(start)
    again = w.open("fast")
    again.until(2_000)
    again.send([again.beat(0, 2_000, at)])
    again.close(2_000)
