"""Give the cases to workers, let them play side by side, and count what was forged and lost."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.attack import absent, honest, hostile, offline
from benchmarks.attack.cases import CASES, Case, Unexpected
from benchmarks.attack.model import Terms
from benchmarks.attack.player import ServerFault, Verdict, Worker
from benchmarks.attack.wire import RealClock, signed_in

MODULES = (hostile, absent, honest, offline)
"""Importing them fills ``CASES``."""
FAST_TERMS = Terms(name="fast", day_cap=60_000, covers=70_000)
"""What docs/api-cli.md says of the fast lesson; a proof covers the longest interval and the time to answer."""
LANES_S, QUICK_LANES_S = (110, 60), (33, 36)
"""How long a worker may be busy, with the long lesson and with the fast one."""
MOST_AT_ONCE = 24
Say = Callable[[str], Any]


@dataclass
class Result:
    """What one case came to. ``trouble``: what the server did besides that it may not."""

    case: Case
    verdict: Verdict
    trouble: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.verdict.forged or self.verdict.lost or self.trouble)

    def __str__(self) -> str:
        return f"{'ok  ' if self.is_clean else 'FAIL'} {self.line}"

    @property
    def line(self) -> str:
        """The case with its two numbers and what was noticed."""
        numbers = f"forged {seconds(self.verdict.forged)}, lost {seconds(self.verdict.lost)}"
        notes = "; ".join([*dict.fromkeys(self.verdict.notes), *([self.trouble] if self.trouble else [])])
        return f"{self.case.kind:<8} {self.case.name:<66} {numbers}" + (f"   {notes}" if notes else "")


@dataclass
class Report:
    results: list[Result] = field(default_factory=list)
    workers: list[str] = field(default_factory=list)

    @property
    def forged(self) -> int:
        return sum(r.verdict.forged for r in self.results)

    @property
    def lost(self) -> int:
        return sum(r.verdict.lost for r in self.results)

    @property
    def is_clean(self) -> bool:
        return bool(self.results) and all(r.is_clean for r in self.results)

    def summary(self) -> str:
        failed = sum(not r.is_clean for r in self.results)
        kinds = [sum(r.case.kind == kind for r in self.results) for kind in ("hostile", "honest")]
        counts = f"{len(self.results)} cases ({kinds[0]} hostile, {kinds[1]} honest)"
        line = f"forged: {seconds(self.forged)}, lost: {seconds(self.lost)}   {counts}"
        return line + (f", {failed} FAILED" if failed else "")


def seconds(ms: int) -> str:
    """
    Return ms as seconds, never 0 for what is something.

    >>> seconds(0), seconds(1), seconds(61_500)
    ('0 s', '0.001 s', '61.5 s')
    """
    return f"{ms / 1_000:.3f}".rstrip("0").rstrip(".") + " s"


def attack(url: str, demo: Path, *, is_quick: bool, skip: int, say: Say) -> Report:
    """Attack a server with the workers of its ``demo.json`` who have not studied yet, from the end of the list."""
    facts = json.loads(demo.read_text(encoding="utf-8"))
    url = (url or facts["base_url"]).rstrip("/")
    lessons = {"long": facts["lessons"][0], "other": facts["lessons"][1], "fast": facts["fast_lesson"]}
    chosen = [case for case in CASES if case.is_quick or not is_quick]
    lanes = lanes_of(chosen, *(QUICK_LANES_S if is_quick else LANES_S))
    report = Report()
    people = facts["workers"][::-1][skip:]
    fresh = _fresh(url, people, lessons, report)
    stranger = next(fresh)
    staffed = [(next(fresh), lane) for lane in lanes]
    say(f"{len(chosen)} cases, {len(lanes)} lanes against {url}; workers: {', '.join(report.workers)}")
    lock = threading.Lock()

    def run(worker: Worker, lane: Sequence[Case]) -> None:
        for result in play(worker, stranger, lane):
            with lock:
                report.results.append(result)
                say(str(result))

    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(staffed))) as pool:
        for waiting in [pool.submit(run, worker, lane) for worker, lane in staffed]:
            waiting.result()
    report.results.append(_of_stranger(stranger))
    if not report.results[-1].is_clean:
        say(str(report.results[-1]))
    return report


def lanes_of(cases: Sequence[Case], longest_s: float, longest_fast_s: float) -> list[list[Case]]:
    """Deal cases to as few workers as can play them in time, those of the fast lesson apart."""
    return [
        *_dealt([c for c in cases if c.fast], longest_fast_s),
        *_dealt([c for c in cases if not c.fast], longest_s),
    ]


def _dealt(cases: Sequence[Case], longest_s: float) -> list[list[Case]]:
    lanes: list[list[Case]] = []
    for case in sorted(cases, key=lambda c: (c.is_last, -c.seconds)):
        for lane in lanes:
            if not lane[-1].is_last and sum(c.seconds for c in lane) + case.seconds <= longest_s:
                lane.append(case)
                break
        else:
            lanes.append([case])
    return lanes


def play(worker: Worker, stranger: Worker, cases: Sequence[Case]) -> Iterator[Result]:
    """Let a worker play cases one after the other; each answers for what it added."""
    before = Verdict()
    for case in cases:
        trouble = ""
        with faults() as said:
            case.play(worker, stranger)
        trouble = "; ".join(said)
        now = Verdict()
        with faults() as said:
            now = worker.verdict()
        trouble = "; ".join([*filter(None, [trouble]), *said])
        added = Verdict(max(0, now.forged - before.forged), max(0, now.lost - before.lost))
        added.notes = [note for note in now.notes if note not in before.notes]
        before = replace(now, notes=[*before.notes, *now.notes])
        yield Result(case, added if (added.forged or added.lost) else Verdict(), trouble)


@contextmanager
def faults() -> Iterator[list[str]]:
    """Collect what a server did that it may not do, instead of stopping."""
    said: list[str] = []
    try:
        yield said
    except (Unexpected, ServerFault) as error:
        said.append(str(error))
    except (OSError, KeyError, TypeError, ValueError, LookupError) as error:
        said.append(f"{type(error).__name__}: {error}")


def _fresh(
    url: str, people: Sequence[dict[str, str]], lessons: dict[str, str], report: Report
) -> Iterator[Worker]:
    clock = RealClock()
    for who in people:
        worker = Worker(
            who["login"], signed_in(url, who["login"], who["password"]), clock, lessons, {"fast": FAST_TERMS}
        )
        if is_fresh(worker):
            report.workers.append(worker.name)
            yield worker
    raise SystemExit("Too few workers who have not studied yet: load the demo again with bin/demo --reset.")


def is_fresh(worker: Worker) -> bool:
    """Tell whether a worker has nothing credited, and nothing refused that could still be earned."""
    status, records = worker.call("GET", "/me/records")
    other, make_up = worker.call("GET", "/me/make-up")
    return status == other == 200 and not records["records"] and not make_up["parts"]


def _of_stranger(stranger: Worker) -> Result:
    """The person whose sessions nobody opened must have nothing."""
    found = sum(entry["ms"] for entry in stranger.entries())
    case = Case("somebody who never studied has nothing", lambda *_: None, "hostile", 0, False, False, True)
    notes = ["credited to somebody who opened no session"] if found else []
    return Result(case, Verdict(max(0, found), 0, notes))
