"""
The steel rule: where its ticks, numbers and stretches lie, in percent of its length.

A tick a minute is mud above about an hour, so the step grows with the length: 1, 5, 15, 45 minutes, …; a lesson has
a number every 5 minutes, a month every 45 (= 1 学时).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.display import MINUTE_MS

Span = Sequence[int]
"""Half-open ``(from_ms, to_ms)``."""

SHORT, MIDDLE, LONG = "short", "middle", "long"
TOP = {SHORT: 26, MIDDLE: 21, LONG: 15}
"""Upper end of a tick in pixels; all of them stand on the bed."""

_STEPS_MIN = (1, 5, 15, 45, 225, 450, 2_250)
_MOST_TICKS = 60


@dataclass(frozen=True)
class Tick:
    x: float
    kind: str
    number: str
    end: str
    """``start`` or ``end`` at the ends of the rule, so that the number stays inside; else empty."""

    @property
    def top(self) -> int:
        return TOP[self.kind]


@dataclass(frozen=True)
class Stretch:
    x: float
    width: float
    kind: str
    """``counted``, ``pending`` or ``refused``."""


def step_minutes(total_ms: int) -> int:
    """
    Return the distance of two ticks.

    >>> step_minutes(8 * MINUTE_MS), step_minutes(135 * MINUTE_MS), step_minutes(40 * 45 * MINUTE_MS)
    (1, 5, 45)
    """
    return next((s for s in _STEPS_MIN if total_ms <= s * MINUTE_MS * _MOST_TICKS), _STEPS_MIN[-1])


def month_length(counted_ms: int, refused_ms: int, goal_ms: int) -> int:
    """
    Return the length of a month's rule: the goal, or whole 学时 above what there is.

    >>> month_length(96 * MINUTE_MS, 6 * MINUTE_MS, 135 * MINUTE_MS) == 135 * MINUTE_MS
    True
    >>> month_length(140 * MINUTE_MS, 0, 135 * MINUTE_MS) == 180 * MINUTE_MS
    True
    >>> month_length(0, 0, 0) == 45 * MINUTE_MS
    True
    """
    hour = 45 * MINUTE_MS
    needed = max(counted_ms + refused_ms, 1)
    return goal_ms if goal_ms >= needed else -(-needed // hour) * hour


def ticks(total_ms: int) -> list[Tick]:
    """
    Return the ticks of a rule; the last one stands at its end even between two steps.

    >>> [t.number for t in ticks(135 * MINUTE_MS) if t.number]
    ['0', '45', '90', '135']
    >>> [(t.kind, t.number) for t in ticks(6 * MINUTE_MS)][4:]
    [('short', ''), ('long', '5'), ('short', '')]
    """
    step = step_minutes(total_ms)
    last = total_ms // (step * MINUTE_MS)
    numbered_every = 5 if step == 1 else 9 if step == 5 else 3 if step == 15 else 5
    found = []
    for n in range(last + 1):
        at = n * step
        is_end = at * MINUTE_MS == total_ms
        is_long = n % numbered_every == 0
        end = "start" if n == 0 else "end" if is_end else ""
        crowded = not is_end and (total_ms - at * MINUTE_MS) / total_ms < 0.06
        kind = LONG if is_long or (is_end and step > 1) else SHORT
        number = f"{at:,}" if kind == LONG and not crowded else ""
        found.append(Tick(percent(at * MINUTE_MS, total_ms), kind, number, end))
    return found


def stretches(spans: Iterable[tuple[int, int, str]], total_ms: int) -> list[Stretch]:
    """
    Return spans ``(from_ms, to_ms, kind)`` as places on the rule, cut to its length.

    >>> stretches([(0, 30_000, "counted"), (30_000, 90_000, "refused"), (70_000, 80_000, "counted")], 60_000)
    [Stretch(x=0.0, width=50.0, kind='counted'), Stretch(x=50.0, width=50.0, kind='refused')]
    """
    cut = ((max(0, a), min(b, total_ms), kind) for a, b, kind in spans)
    return [Stretch(percent(a, total_ms), percent(b - a, total_ms), kind) for a, b, kind in cut if b > a]


def percent(ms: int, total_ms: int) -> float:
    """
    >>> percent(1, 3), percent(5, 0)
    (33.333, 0.0)
    """
    return round(100 * ms / total_ms, 3) if total_ms else 0.0
