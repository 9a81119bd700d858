"""
Lists of half-open stretches of whole milliseconds, in plain steps. Nothing here is shared with the product.

>>> without([(0, 10)], [(2, 4), (8, 12)]), total([(0, 2), (4, 8)]), joined([(4, 8), (0, 5)])
([(0, 2), (4, 8)], 6, [(0, 8)])
"""

from bisect import bisect_left
from collections.abc import Iterable

Stretch = tuple[int, int]


def total(stretches: Iterable[Stretch]) -> int:
    return sum(b - a for a, b in stretches)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches as a set: sorted, none touching another."""
    out: list[Stretch] = []
    for a, b in sorted(s for s in stretches if s[0] < s[1]):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """Return what of a set another does not hold."""
    out: list[Stretch] = []
    gone = joined(taken)
    for a, b in joined(stretches):
        for x, y in gone[max(0, bisect_left(gone, (a, a)) - 1) :]:
            if x >= b:
                break
            if a < x:
                out.append((a, x))
            a = max(a, y)
        if a < b:
            out.append((a, b))
    return out


def shared(stretches: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """Return what two sets both hold."""
    own = joined(stretches)
    return without(own, without(own, others))


def filled_at(stretches: Iterable[Stretch], start: int, amount: int) -> int | None:
    """Return the instant at which a set, counted from ``start`` on, has held so much; None if it never does."""
    if amount <= 0:
        return start
    for a, b in joined(stretches):
        a = max(a, start)
        if b - a >= amount:
            return a + amount
        amount -= max(0, b - a)
    return None


def along(path: Iterable[Stretch], start: int, end: int) -> list[Stretch]:
    """
    Return what lies between two places of a path, whose stretches are walked one after the other.

    >>> along([(100, 110), (0, 10)], 5, 12)
    [(105, 110), (0, 2)]
    """
    out, walked = [], 0
    for a, b in path:
        x, y = max(start - walked, 0), min(end - walked, b - a)
        if x < y:
            out.append((a + x, a + y))
        walked += b - a
    return out
