"""
Sets of whole milliseconds as half-open intervals: sorted, disjoint, not touching.

Positions in a part and instants on the clock are both such sets. All functions return new lists.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

Interval = tuple[int, int]
Intervals = Sequence[Interval]


def measure(intervals: Iterable[Interval]) -> int:
    """
    Return how many milliseconds a set holds.

    >>> measure([(0, 10), (20, 25)])
    15
    """
    return sum(b - a for a, b in intervals)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """
    Return any intervals as one set.

    >>> union([(20, 25), (0, 10), (10, 12), (22, 24), (7, 7)])
    [(0, 12), (20, 25)]
    """
    out: list[Interval] = []
    for a, b in sorted(intervals):
        if a >= b:
            continue
        if out and a <= out[-1][1]:
            if b > out[-1][1]:
                out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out


def add(intervals: Intervals, a: int, b: int) -> list[Interval]:
    """
    Return the set with ``[a, b)`` added.

    >>> add([(0, 10), (20, 30)], 10, 20)
    [(0, 30)]
    >>> add([(0, 10), (20, 30)], 12, 15)
    [(0, 10), (12, 15), (20, 30)]
    """
    if a >= b:
        return list(intervals)
    first = bisect_left(intervals, a, key=_end)
    last = bisect_right(intervals, b, key=_start)
    if first < last:
        a, b = min(a, intervals[first][0]), max(b, intervals[last - 1][1])
    return [*intervals[:first], (a, b), *intervals[last:]]


def free(intervals: Intervals, a: int, b: int) -> list[Interval]:
    """
    Return what of ``[a, b)`` the set does not hold.

    >>> free([(0, 10), (20, 30)], 5, 40)
    [(10, 20), (30, 40)]
    """
    out: list[Interval] = []
    for x, y in inside(intervals, a, b):
        if a < x:
            out.append((a, x))
        a = y
    if a < b:
        out.append((a, b))
    return out


def inside(intervals: Intervals, a: int, b: int) -> list[Interval]:
    """
    Return what of ``[a, b)`` the set holds.

    >>> inside([(0, 10), (20, 30)], 5, 25)
    [(5, 10), (20, 25)]
    """
    if a >= b:
        return []
    first = bisect_right(intervals, a, key=_end)
    last = bisect_left(intervals, b, key=_start)
    return [(max(a, x), min(b, y)) for x, y in intervals[first:last]]


def minus(intervals: Intervals, taken: Intervals) -> list[Interval]:
    """
    Return the set without another.

    >>> minus([(0, 10), (20, 30)], [(5, 22)])
    [(0, 5), (22, 30)]
    """
    return [piece for a, b in intervals for piece in free(taken, a, b)]


def reach(intervals: Intervals, start: int, amount: int) -> int | None:
    """
    Return the instant at which the set, counted from ``start`` on, has held ``amount`` ms; None if it never does.

    >>> reach([(0, 10), (20, 30)], 5, 8), reach([(0, 10)], 5, 6), reach([], 5, 0)
    (23, None, 5)
    """
    if amount <= 0:
        return start
    for a, b in intervals[bisect_right(intervals, start, key=_end) :]:
        a = max(a, start)
        if b - a >= amount:
            return a + amount
        amount -= b - a
    return None


def cut(ranges: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """
    Return the stretch ``[start, end)`` of ranges laid end to end, in the order they were played.

    Unlike the rest of this module the ranges are a path, not a set: they may jump back and play a place twice.

    >>> cut([(100, 110), (0, 10)], 5, 12)
    [(105, 110), (0, 2)]
    """
    out = []
    at = 0
    for a, b in ranges:
        x, y = max(start, at), min(end, at + b - a)
        if x < y:
            out.append((a + x - at, a + y - at))
        at += b - a
    return out


def _start(interval: Interval) -> int:
    return interval[0]


def _end(interval: Interval) -> int:
    return interval[1]
