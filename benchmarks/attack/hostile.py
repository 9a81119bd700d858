"""Players who want time they did not study: clocks, ranges, numbers and sessions. Presence has a module of its own."""

from typing import Any
from uuid import uuid4

from benchmarks.attack.cases import case, expect
from benchmarks.attack.player import Worker

HOSTILE = "hostile"


@case("two tabs on the same clock", HOSTILE, seconds=4)
def two_tabs(w: Worker, _: Worker) -> None:
    one = w.open()
    two = w.open(device="tab 2")
    at, other = one.region(4_000), one.region(4_000)
    two.until(4_000)
    one.send(one.beats(0, 4_000, other, 1_000))
    two.send(two.beats(0, 4_000, at, 1_000))
    one.close(4_000)
    two.close(4_000)


@case("two tabs of one session", HOSTILE, seconds=4)
def two_tabs_one_session(w: Worker, _: Worker) -> None:
    d = w.open()
    at, other = d.region(4_000), d.region(4_000)
    d.until(4_000)
    w.at_once([lambda b=b: d.send([b]) for b in d.beats(0, 4_000, at, 1_000)])
    w.at_once([lambda b=b: d.send([b]) for b in d.beats(0, 4_000, other, 1_000)])
    expect(d.reasons == {"clock_used"}, "the same clock was taken twice")
    d.close(4_000)


@case("two parts on the same clock", HOSTILE, seconds=3)
def two_parts(w: Worker, _: Worker) -> None:
    d = w.open()
    at, other = d.region(3_000), d.region(3_000, part=1)
    d.until(3_000)
    d.send([d.beat(0, 3_000, at), d.beat(0, 3_000, other, part=1)])
    d.close(3_000)


@case("two devices in turn, both sending all the time", HOSTILE, seconds=6)
def two_devices(w: Worker, _: Worker) -> None:
    for number in range(3):
        phone = w.open(device="phone")
        phone.until(1_000)
        tablet = w.open(device="tablet")
        tablet.until(1_000)
        at = phone.region(4_000)
        phone.send([phone.beat(0, 2_000, at)])
        tablet.send([tablet.beat(0, 1_000, at + 2_000)])
        phone.close(2_000, present=number > 0)
        tablet.close(1_000)


@case("late phone after another device took over", HOSTILE, seconds=5)
def late_phone(w: Worker, _: Worker) -> None:
    phone = w.open(device="phone")
    at = phone.region(6_000)
    phone.until(2_000)
    tablet = w.open(device="tablet")
    tablet.until(3_000)
    phone.send([phone.beat(2_100, 5_000, at)])
    expect(phone.reasons == {"superseded"}, "a phone that was superseded went on")
    tablet.send([tablet.beat(0, 3_000, at + 3_000)])
    phone.close(5_000)
    tablet.close(3_000)


@case("replay of the same beats under new numbers", HOSTILE, seconds=3)
def replay(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(3_000)
    d.until(3_000)
    for _again in range(5):
        d.send(d.beats(0, 3_000, at, 1_000))
    d.close(3_000)


@case("replay in a later session", HOSTILE, seconds=4)
def replay_in_later_session(w: Worker, _: Worker) -> None:
    first = w.open()
    at = first.region(3_000)
    first.until(2_000)
    beats = first.beats(0, 2_000, at, 1_000)
    first.send(beats)
    first.close(2_000)
    second = w.open()
    second.until(500)
    second.send(beats)
    second.close(500)
    first.send(beats)


@case("the same number with other content", HOSTILE, seconds=4)
def reused_number(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(8_000)
    d.until(4_000)
    first = d.beat(0, 2_000, at)
    d.send([first])
    d.send([first | {"t": [2_000, 4_000], "ranges": [[at + 4_000, at + 6_000]]}])
    expect(d.reasons == {"seq_reused"}, "other content under a known number was taken")
    two = d.beat(2_000, 3_000, at + 2_000)
    d.send([two, two | {"ranges": [[at + 6_000, at + 7_500]]}, two])
    d.close(4_000)


@case("reordered beats that overlap", HOSTILE, seconds=4)
def reordered(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(9_000)
    d.until(4_000)
    beats = [d.beat(a, a + 1_500, at + 2 * a) for a in range(0, 2_500, 500)]
    d.send(beats[::-1])
    d.send(beats[::2])
    d.close(4_000)


@case("sixteen times as fast as the clock", HOSTILE, seconds=3)
def sixteen_times(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(48_000)
    d.until(3_000)
    d.send(d.beats(0, 3_000, at, 1_000, rate=16))
    expect(d.reasons == {"faster_than_clock"}, "sixteen times as fast went through")
    d.close(3_000)


@case("a lesson finished in a second: many beats on the same t", HOSTILE, seconds=1)
def many_beats_one_second(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(60_000)
    d.until(1_000)
    d.send([d.beat(0, 1_000, at + n * 1_500, rate=1.5) for n in range(40)])
    d.close(1_000)


@case("dust: a hundred beats of 1 ms that claim a second each", HOSTILE, seconds=1)
def dust(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(50_000)
    d.until(1_000)
    d.send([d.beat(n, n + 1, at + n * 500, ranges=[[at + n * 500, at + n * 500 + 500]]) for n in range(100)])
    d.send([d.beat(100, 100, at, ranges=[[at, at + 50_000]])])
    d.close(1_000)


@case("rounding: beats of 10 ms that each take the slack", HOSTILE, seconds=2)
def slack(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(30_000)
    d.until(1_500)
    d.send([d.beat(n * 15, n * 15 + 15, at + n * 270, rate=18) for n in range(100)])
    d.close(1_500)


@case("one position played two hundred times", HOSTILE, seconds=4)
def ping_pong(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(1_000)
    d.until(4_000)
    d.send([d.beat(0, 4_000, at, ranges=[[at, at + 20]] * 200)])
    d.close(4_000)


@case("beats ahead of the clock", HOSTILE, seconds=2)
def ahead(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(130_000)
    d.until(1_000)
    d.send([d.beat(n * 1_000, n * 1_000 + 60_000, at, rate=1) for n in range(5)])
    expect(d.reasons == {"ahead_of_clock"}, "beats of the future were taken")
    d.send([d.beat(1_000 + n * 20_000, 21_000 + n * 20_000, at + n * 20_000) for n in range(6)])
    d.close(120_000)


@case("clock jumps: t goes to and fro", HOSTILE, seconds=4)
def clock_jumps(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(60_000)
    d.until(3_500)
    far = 3_600_000
    d.send([d.beat(far, far + 10_000, at), d.beat(2_000, 3_000, at + 2_000), d.beat(0, 1_000, at)])
    d.send([d.beat(500, 2_500, at + 10_000), d.beat(far * 24, far * 24 + 1, at), d.beat(1_000, 1_000, at)])
    d.close(3_500)


FORGED: list[dict[str, Any]] = [
    {"t": [-5_000, 1_000]}, {"t": [1_000, 0]}, {"t": [0, 300_001]}, {"t": [0, 10**30]}, {"t": [0, 0.5]},
    {"t": [0]}, {"t": "0-1000"}, {"t": [0, float("nan")]}, {"t": [0, float("inf")]}, {"t": [True, False]},
    {"ranges": [[-1, 1_000]]}, {"ranges": [[1_000, 0]]}, {"ranges": [[0, 10**20]]}, {"ranges": [[0, float("nan")]]},
    {"ranges": [["0", "1000"]]}, {"ranges": [[0, 1]] * 201}, {"ranges": {}}, {"ranges": None}, {"ranges": [0, 1]},
    {"seq": -1}, {"seq": 1.5}, {"seq": 2**31}, {"seq": "1"}, {"seq": None}, {"part": "x"}, {"part": None},
    {"visible": "yes"}, {"visible": 1}, {"credited_ms": 60_000}, {"learner": str(uuid4())}, {"rate": 16},
]  # fmt: skip

SENSELESS: list[Any] = [
    {}, [], None, 7, {"beats": []}, {"beats": [None]}, {"beats": [], "credited_seconds": 9},
]  # fmt: skip


@case("forged numbers and unknown fields", HOSTILE, seconds=1)
def forged_numbers(w: Worker, _: Worker) -> None:
    d = w.open()
    d.until(1_000)
    for changed in FORGED:
        status = d.raw({"beats": [d.beat(0, 1_000) | changed]})
        expect(status in {400, 422}, f"{changed} was answered {status}")
    for body in SENSELESS:
        expect(d.raw(body) in {400, 422}, f"{body} was taken")
    for call, other in (("close", {"t": -1}), ("close", {"at": 5}), ("presence", {"id": "x", "t": 1})):
        expect(d.raw(other, call) in {400, 422}, f"{call} took {other}")
    d.close(1_000)


@case("positions outside the part", HOSTILE, seconds=3)
def outside(w: Worker, _: Worker) -> None:
    d = w.open()
    end = d.parts[1]["nominal_ms"]
    at = d.region(1_000)
    d.until(3_000)
    d.send(
        [
            d.beat(0, 2_000, end + 1, part=1),
            d.beat(0, 1_000, 2**48 - 2_000),
            d.beat(0, 1_000, part=str(uuid4())),
        ]
    )
    expect(d.reasons == {"outside_part"}, "positions that do not exist were taken")
    d.send([d.beat(2_000, 3_000, at)])
    d.close(3_000)


@case("bodies too large, too many, too deep, not JSON", HOSTILE, seconds=1)
def bodies(w: Worker, _: Worker) -> None:
    d = w.open()
    d.until(1_000)
    many = [d.beat(n, n + 1) for n in range(101)]
    expect(d.raw({"beats": many}) == 422, "a hundred and one beats were taken")
    for body in (b"{", b"\xff\xfe", b"[" * 50_000, b"beats=1"):
        expect(d.raw(body) == 400, f"{body[:9]!r} was taken")
    expect(d.raw(b" " * 1_000_001) == 413, "a body of a megabyte was read")
    d.close(1_000)


@case("sessions of others", HOSTILE, seconds=2)
def sessions_of_others(w: Worker, stranger: Worker) -> None:
    d = w.open()
    at = d.region(2_000)
    d.until(2_000)
    beat = d.beat(0, 2_000, at)
    for call, body in (("beats", {"beats": [beat]}), ("close", {"present": True}),
                       ("presence", {"id": d.checks[0]["id"], "answer": True, "shown": 0, "t": 1})):  # fmt: skip
        status, _ = stranger.call("POST", f"{d.path}/{call}", body)
        expect(status == 404, f"{call} for a session of somebody else was answered {status}")
    status, _ = stranger.call("POST", "/study/sessions", d.body)
    expect(status == 409, f"a session of somebody else was opened: {status}")
    status, _ = w.call("POST", f"/study/sessions/{uuid4()}/beats", {"beats": [beat]})
    expect(status == 404, f"a session of nobody was answered {status}")
    status, _ = w.call("POST", "/study/sessions", d.body | {"lesson": w.lessons["other"]})
    expect(status == 409, f"a session was turned to another lesson: {status}")
    d.send([beat])
    d.close(2_000)


@case("a session that has ended, opened again", HOSTILE, seconds=4)
def ended_session(w: Worker, _: Worker) -> None:
    first = w.open()
    at = first.region(4_000)
    first.until(1_000)
    first.close(1_000, present=False)
    first.state()
    first.until(3_000)
    first.send([first.beat(1_000, 3_000, at)])
    expect(first.reasons == {"after_close"}, "an ended session went on")
    second = w.open()
    first.state()
    second.until(1_000)
    second.send([second.beat(0, 1_000, at + 2_000)])
    second.close(1_000)
    first.close(3_000)


@case("beats and taps after the close", HOSTILE, seconds=4)
def after_close(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(6_000)
    d.until(2_000)
    d.send([d.beat(0, 2_000, at)])
    d.close(1_500)
    d.until(4_000)
    d.send([d.beat(2_000, 4_000, at + 2_000)])
    d.close(4_000)
    d.send([], [{"id": d.checks[0]["id"], "answer": True, "shown": 3_000, "t": 4_000}])


@case("a close that lies in the future", HOSTILE, seconds=3)
def close_in_future(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(5_000)
    d.until(1_000)
    d.send([d.beat(0, 1_000, at)])
    d.close(3_600_000)
    ended = d.t + d.doubt + 1  # at the latest
    d.until(ended + 1_500)
    d.send([d.beat(ended, ended + 1_000, at + 1_000)])
    expect(d.reasons == {"after_close"}, "a session outlived its close")


@case("pages that nobody sees", HOSTILE, seconds=2)
def hidden(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(2_000)
    d.until(2_000)
    d.send([d.beat(0, 2_000, at, visible=False)])
    expect(d.reasons == {"not_visible"}, "a hidden page was credited")
    d.close(2_000)


@case("idle, then claim the gap", HOSTILE, seconds=5)
def idle_gap(w: Worker, _: Worker) -> None:
    first = w.open()
    at = first.region(12_000)
    first.until(1_000)
    first.send([first.beat(0, 1_000, at)])
    first.close(1_000)
    first.until(4_000)
    second = w.open()
    second.until(1_000)
    # The three seconds between the sessions belong to neither of them.
    first.send([first.beat(1_000, 4_000, at + 1_000)])
    expect(first.reasons == {"after_close"}, "a gap was claimed in a closed session")
    second.send([second.beat(0, 1_000, at + 4_000), second.beat(1_000, 4_000, at + 5_000)])
    second.close(4_000)


@case("many calls at once", HOSTILE, seconds=4)
def many_at_once(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(12_000)
    d.until(3_500)
    same = d.beats(0, 2_000, at, 500)
    w.at_once([lambda: d.send(same)] * 8)
    others = [d.beat(2_000, 3_000, at + 2_000) for n in range(8)]
    w.at_once([lambda b=b: d.send([b]) for b in others])
    w.at_once([lambda: d.close(3_000)] * 4)


def _short_sessions(w: Worker, count: int) -> None:
    # The countdown to a check must go on over all of them, and no session may bring more than its own clock.
    first = None
    for number in range(count):
        d = w.open()
        first = first or d.checks[0]["after_ms"]
        expect(d.checks[0]["after_ms"] <= first, "a new session put the countdown back")
        if number == 0:
            at = d.region(4_000)
        d.send([d.beat(0, d.t, at + (number * 37) % 3_000, rate=1.5)])
        if number % 10 == 9:
            d.close(d.t)
    d.close(d.t)


@case("a hundred short sessions", HOSTILE, seconds=6)
def short_sessions(w: Worker, _: Worker) -> None:
    _short_sessions(w, 100)


@case("a thousand short sessions", HOSTILE, seconds=90, is_quick=False)
def thousand_sessions(w: Worker, _: Worker) -> None:
    _short_sessions(w, 1_000)


@case("callers without a right", HOSTILE, seconds=2)
def no_right(w: Worker, _: Worker) -> None:
    d = w.open()
    at = d.region(2_000)
    d.until(2_000)
    body = {"beats": [d.beat(0, 2_000, at)]}
    for header in ("Bearer wrong", "Bearer ", "Basic Zm9vOmJhcg==", "Bearer " + "x" * 5_000):
        status = d.raw(body, Authorization=header)
        expect(status == 401, f"{header[:12]!r} was answered {status}")
    status, _ = w.call(
        "POST", "/study/sessions", {"session": str(uuid4()), "lesson": str(uuid4()), "device": ""}
    )
    expect(status in {403, 404}, f"a lesson that does not exist was opened: {status}")
    d.close(2_000)
