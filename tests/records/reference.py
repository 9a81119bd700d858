"""
The rules of study hours once more, millisecond by millisecond, from the text alone.

Slow and plain on purpose: sets of single instants and positions, no intervals, nothing shared with ``records.ledger``.
One day, one policy; times and positions are small numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Reference:
    nominal: list[int]
    max_rate_permille: int = 1_500
    daily_cap: int | None = None
    covers: int = 10**9
    used: set[int] = field(default_factory=set)
    records: list[tuple[int, int, list[int]]] = field(default_factory=list)
    judged_to: int = -1

    def __post_init__(self) -> None:
        self.covered: list[set[int]] = [set() for _ in self.nominal]
        self.worked: list[set[int]] = [set() for _ in self.nominal]
        self.credited: list[set[int]] = [set() for _ in self.nominal]
        self.capped: set[int] = set()

    def beat(
        self, part: int, start: int, end: int, ranges: list[tuple[int, int]], ended_at: int | None = None
    ) -> None:
        path = [p for a, b in ranges for p in range(a, b) if 0 <= p < self.nominal[part]]
        length = min(end - start, len(path))
        path = path[: length * self.max_rate_permille // 1000 + min(250, length // 10)]
        for i in range(length):
            instant = start + i
            if (ended_at is not None and instant >= ended_at) or instant in self.used:
                continue
            self.used.add(instant)
            self.records.append(
                (instant, part, path[i * len(path) // length : (i + 1) * len(path) // length])
            )

    def prove(self, at: int) -> None:
        room = self.covers
        waiting = []
        for record in self.records:
            instant, part, positions = record
            if instant >= at:
                waiting.append(record)
            elif room > 0:
                room -= 1
                self._enter(instant, part, positions)
        self.records = waiting

    def _enter(self, instant: int, part: int, positions: list[int]) -> None:
        self.covered[part].update(positions)
        self.worked[part].add(instant)
        want = min(len(self.covered[part]), len(self.worked[part])) - len(self.credited[part])
        for newest in sorted(self.worked[part] - self.credited[part] - self.capped, reverse=True):
            if want <= 0:
                break
            if self.daily_cap is not None and sum(map(len, self.credited)) >= self.daily_cap:
                self.capped.add(newest)
                continue
            self.credited[part].add(newest)
            want -= 1
