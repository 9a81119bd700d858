"""Which stretches of a part are played again to earn what was not counted. Plain Python."""

from collections.abc import Sequence

from records.ledger.intervals import Interval, measure

LEAST_MS = 1_000
"""Less than this nobody can play again on purpose; two stretches closer than this are one."""


def stretches(
    gaps: Sequence[Interval], *, owed_ms: int, covered: Sequence[Interval], nominal_ms: int
) -> list[Interval]:
    """
    Return the stretches to play, in the order of the part: what is not covered, beats of one miss as one stretch, and for
    time that is owed so much of what was played too fast; any of the part would do.

    >>> stretches([(0, 15_000), (15_200, 30_000), (90_000, 90_400)], owed_ms=0, covered=[], nominal_ms=100_000)
    [(0, 30000)]
    >>> stretches([(60_000, 70_000)], owed_ms=20_000, covered=[(0, 60_000)], nominal_ms=100_000)
    [(0, 20000), (60000, 70000)]
    >>> stretches([], owed_ms=20_000, covered=[(90_000, 100_000)], nominal_ms=100_000)
    [(80000, 100000)]
    """
    joined: list[Interval] = []
    for a, b in gaps:
        if joined and a - joined[-1][1] < LEAST_MS:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    if owed_ms and covered:
        start = max(0, min(covered[0][0], nominal_ms - owed_ms))
        owed = (start, min(nominal_ms, start + owed_ms))
        joined = sorted([*(each for each in joined if not owed[0] <= each[0] < owed[1]), owed])
    return [each for each in joined if measure([each]) >= LEAST_MS]
