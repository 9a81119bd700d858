"""
A worker with devices, in front of a server: sends what a case tells it to, and tells the judge the same.

Times in a case are ms on the device's own clock since the opening answer came, as on the wire.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from benchmarks.attack.model import DAY_MS, SHANGHAI_MS, Judge, Sitting, Terms
from benchmarks.attack.stretches import shared, total, without
from benchmarks.attack.wire import Clock, Line, Reply

Beat = dict[str, Any]


class ServerFault(Exception):
    """The server answered with something no input may cause."""


@dataclass
class Verdict:
    """What server and judge differ in, in ms, with where."""

    forged: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list)


class Worker:
    """One learner. ``lessons`` names lessons for the cases; positions are handed out once each."""

    def __init__(
        self,
        name: str,
        line: Line,
        clock: Clock,
        lessons: dict[str, str],
        terms: dict[str, Terms] | None = None,
    ) -> None:
        self.name, self.line, self.clock, self.lessons = name, line, clock, lessons
        self.terms = terms or {}
        self.judge = Judge()
        self.devices: list[Device] = []
        self.parts: dict[str, list[dict[str, Any]]] = {}
        self.lock = threading.Lock()
        self.handed_out: dict[str, int] = {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        status, answer = self.line.call(method, path, body, **headers)
        if status >= 500:
            raise ServerFault(f"{method} {path}: {status}")
        return status, answer

    def open(self, lesson: str = "long", device: str = "phone", is_lost: bool = False) -> "Device":
        """Open a session; ``is_lost``: the first answer never comes and the call is repeated."""
        session, uuid = str(uuid4()), self.lessons[lesson]
        body = {"session": session, "lesson": uuid, "device": device}
        asked = self.clock.now()
        if is_lost:
            self.line.lose("/study/sessions", body)
        status, answer = self.call("POST", "/study/sessions", body)
        if status not in {200, 201}:
            raise ServerFault(f"a session could not be opened: {status} {answer}")
        arrived = self.clock.now()
        # The answer to a repeated call says what time it is, not when the session was opened.
        opened = instant_of(answer["server_time"]) - (arrived - asked if is_lost else 0)
        opening = Device(self, lesson, body, answer, arrived, arrived - asked)
        terms = self.terms.get(lesson, Terms(rate=round(answer["max_rate"] * 1_000)))
        self.judge.opened(
            Sitting(
                session, opened,
                {p["part"]: p["nominal_ms"] for p in answer["parts"]},
                {p["part"]: p["kind"] for p in answer["parts"]},
                [(opened, terms)],
                [(c["id"], c["after_ms"]) for c in answer["checks"]],
            )
        )  # fmt: skip
        self.parts[uuid] = answer["parts"]
        self.devices.append(opening)
        return opening

    def region(self, part: str, nominal: int, ms: int) -> int:
        """Return where a stretch of positions begins that no case has touched."""
        start = self.handed_out.get(part, 0)
        if start + ms > nominal:
            raise RuntimeError(f"the part has no {ms} ms left for another case")
        self.handed_out[part] = start + ms
        return start

    def at_once(self, calls: Sequence[Any]) -> list[Any]:
        """Make calls at the same moment where the line can, else one after the other."""
        if not self.line.can_hurry:
            return [call() for call in calls]
        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]

    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            status, page = self.call("GET", f"/me/records?cursor={cursor}" if cursor else "/me/records")
            if status != 200:
                raise ServerFault(f"own records: {status}")
            found += page["records"]
            cursor = page["next"]
            if not cursor:
                return found

    def verdict(self) -> Verdict:
        """Compare everything so far: credit by part and day, sessions' lives, and what is left to earn."""
        out = Verdict()
        own = {p["part"] for parts in self.parts.values() for p in parts}
        entries = [e for e in self.entries() if e["part"] in own]
        got: dict[tuple[str, int], int] = {}
        for entry in entries:
            key = entry["part"], _day(entry["day"])
            got[key] = got.get(key, 0) + entry["ms"]
            self._check_entry(entry, out)
        due = self.judge.credit()
        for key in sorted({*got, *due}):
            more = got.get(key, 0) - due.get(key, 0)
            if more > 0:
                out.forged += more
                out.notes.append(f"{more} ms too much of part {key[0][:8]}")
        for lesson in {d.lesson for d in self.devices}:
            self._check_left(lesson, got, out)
        return out

    def _check_entry(self, entry: dict[str, Any], out: Verdict) -> None:
        sitting = self.judge.sittings.get(entry["session"])
        start, end = instant_of(entry["t_from"]), instant_of(entry["t_to"])
        if sitting is None:
            out.forged += max(0, entry["ms"])
            out.notes.append("an entry names no session of the learner's own")
        elif entry["ms"] > end - start:
            out.forged += entry["ms"] - (end - start)
            out.notes.append("an entry is longer than its own clock")
        elif start < sitting.opened - 1_000 or (sitting.ended is not None and end > sitting.ended + 1_000):
            out.forged += max(0, entry["ms"])
            out.notes.append("an entry lies outside its session")

    def _check_left(self, lesson: str, got: dict[tuple[str, int], int], out: Verdict) -> None:
        last = [d for d in self.devices if d.lesson == lesson][-1]
        state = last.state()
        for part in state["parts"]:
            uuid = part["part"]
            credited = sum(ms for (p, _), ms in got.items() if p == uuid)
            covered = total(part["covered"])
            have = max(covered - part["owed_ms"], credited)  # played = credited + pending + owed
            played = self.judge.played(uuid)
            listed = part["owed_ms"] + total(shared(map(tuple, part["to_make_up"]), played))
            due = self.judge.credited([uuid]) + self.judge.pending([uuid])
            gone = max(due - have, total(played) - have - listed, 0)
            if gone:
                out.lost += gone
                out.notes.append(
                    f"{gone} ms of part {uuid[:8]} are neither credited, pending nor to be earned"
                )
            if have > due and have > credited:
                out.notes.append(f"{have - due} ms of part {uuid[:8]} are promised too much")
                out.forged += have - max(due, credited)


class Device:
    """One session on one device."""

    def __init__(
        self,
        worker: Worker,
        lesson: str,
        body: dict[str, str],
        answer: dict[str, Any],
        arrived: int,
        doubt: int,
    ) -> None:
        self.worker, self.lesson, self.body = worker, lesson, body
        self.session = body["session"]
        self.path = f"/study/sessions/{self.session}"
        self.opened = instant_of(answer["server_time"])
        self.checks: list[dict[str, Any]] = answer["checks"]
        self.parts: list[dict[str, Any]] = answer["parts"]
        self.credited_before = int(answer["credited_seconds"])
        self.arrived, self.doubt = arrived, doubt
        self.seq = 0
        self.last: Reply = (0, None)

    @property
    def t(self) -> int:
        """The device's own clock."""
        return self.worker.clock.now() - self.arrived

    def until(self, t: int) -> None:
        """Let time go by until the device's clock shows ``t``."""
        self.worker.clock.sleep(t - self.t)

    def region(self, ms: int, part: int = 0) -> int:
        return self.worker.region(self.parts[part]["part"], self.parts[part]["nominal_ms"], ms)

    def beat(
        self,
        start: int,
        end: int,
        at: int | None = None,
        *,
        part: int | str = 0,
        rate: float = 1,
        **changed: Any,
    ) -> Beat:
        """Return a beat from ``start`` to ``end`` that plays on from ``at``; None: from where ``start`` is."""
        self.seq += 1
        at = start if at is None else at
        uuid = part if isinstance(part, str) else self.parts[part]["part"]
        ranges = [[at, at + int((end - start) * rate)]]
        return {"seq": self.seq, "part": uuid, "t": [start, end], "ranges": ranges, "visible": True} | changed

    def beats(self, start: int, end: int, at: int, size: int, **how: Any) -> list[Beat]:
        """Return beats of ``size`` ms from ``start`` to ``end``, one after the other."""
        rate = how.get("rate", 1)
        return [
            self.beat(a, min(end, a + size), at + int((a - start) * rate), **how)
            for a in range(start, end, size)
        ]

    def send(
        self, beats: Sequence[Beat] = (), answers: Sequence[dict[str, Any]] = (), lost: int = 0
    ) -> Reply:
        """Send a request; ``lost`` so many answers of it never come, and it is sent again."""
        body: dict[str, Any] = {"beats": list(beats)} | ({"answers": list(answers)} if answers else {})
        before = self.t
        for _ in range(lost):
            self.worker.line.lose(f"{self.path}/beats", body)
        self.last = self.worker.call("POST", f"{self.path}/beats", body)
        if self.last[0] == 200:
            with self.worker.lock:
                self.worker.judge.received(self.session, beats, answers, self._now(before, beats))
        return self.last

    def raw(self, body: Any, call: str = "beats", **headers: str) -> int:
        """Send what no player sends; the judge hears nothing of it. Return the status."""
        return self.worker.call("POST", f"{self.path}/{call}", body, **headers)[0]

    def answer(self, number: int, *, shown: int, t: int, answer: Any = True, times: int = 1) -> Reply:
        """Answer a sealed check of this session, ``times`` times."""
        given = {"id": self.checks[number]["id"], "answer": answer, "shown": shown, "t": t}
        for _ in range(times):
            before = self.t
            self.last = self.worker.call("POST", f"{self.path}/presence", given)
            if self.last[0] in {200, 410}:
                with self.worker.lock:
                    self.worker.judge.received(self.session, [], [given], self._now(before, []))
        return self.last

    def close(self, t: int | None, *, present: bool = True, lost: int = 0) -> Reply:
        body = {"present": present} | ({} if t is None else {"t": t})
        for _ in range(lost):
            self.worker.line.lose(f"{self.path}/close", body)
        self.last = self.worker.call("POST", f"{self.path}/close", body)
        if self.last[0] == 200:
            with self.worker.lock:
                self.worker.judge.closed(self.session, t, present, self.opened + self.t + self.doubt)
        return self.last

    def state(self) -> dict[str, Any]:
        """Return what the learner has in this lesson: opening again tells it and changes nothing."""
        answer: dict[str, Any]
        status, answer = self.worker.call("POST", "/study/sessions", self.body)
        if status != 200:
            raise ServerFault(f"opening again: {status}")
        return answer

    @property
    def gained(self) -> int:
        """Return the seconds the last answer shows as credited beyond those at the opening."""
        return int(self.last[1]["credited_seconds"]) - self.credited_before

    @property
    def reasons(self) -> set[str]:
        return {r["reason"] for r in self.last[1]["refused"]}

    def _now(self, before: int, beats: Sequence[Beat]) -> int:
        """
        Return the instant of arrival on the server's clock. It lies between sending and the answer; where that decides
        whether a beat was ahead, the server is believed.
        """
        earliest, latest = self.opened + before, self.opened + self.t + self.doubt
        ahead = {r["seq"] for r in self.last[1]["refused"] if r["reason"] == "ahead_of_clock"}
        ends = [self.opened + b["t"][1] - 2_000 for b in beats if b["seq"] in ahead]
        return earliest if any(earliest < end <= latest for end in ends) else latest


def missing(state: dict[str, Any], part: int, start: int, end: int) -> int:
    """Return how many ms of a stretch of positions a learner's state does not show as played."""
    return total(without([(start, end)], map(tuple, state["parts"][part]["covered"])))


def instant_of(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000)


def _day(text: str) -> int:
    return (
        round(datetime.fromisoformat(text + "T00:00:00+08:00").timestamp() * 1_000) + SHANGHAI_MS
    ) // DAY_MS
