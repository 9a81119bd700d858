"""
What a policy may say: each field with its unit for people, its bounds, and what must hold between fields. Plain Python.

People write minutes, seconds, days, percent and a rate; the record keeps whole ms and thousandths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from records.ledger.terms import Terms

MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of a policy: its column, the unit people write it in, how much one unit is in the column, and its bounds in
    that unit. ``is_cap``: it limits what is credited of recorded instants, so past time can be judged by it again.
    """

    name: str
    unit: str
    size: int | Decimal
    least: int | Decimal
    most: int | Decimal
    is_cap: bool = False
    judges: bool = True
    """Whether entries depend on it: an online share counts entries, it does not make them."""

    def column(self, written: int | Decimal | bool) -> Any:
        """
        Return what people wrote as the column keeps it.

        >>> FIELDS["daily_cap_ms"].column(90), FIELDS["complete_ratio"].column(95), FIELDS["max_rate"].column(Decimal("1.25"))
        (5400000, Decimal('0.950'), Decimal('1.25'))
        """
        if self.unit == "flag" or isinstance(written, bool):
            return bool(written)
        return written * self.size

    def written(self, column: Any) -> Any:
        """
        Return a column's value in the unit people write.

        >>> FIELDS["daily_cap_ms"].written(5_400_000), FIELDS["complete_ratio"].written(Decimal("0.950"))
        (90, 95)
        """
        if column is None or self.unit == "flag":
            return column
        value = Decimal(column) / Decimal(self.size)
        return int(value) if value == value.to_integral_value() else value.normalize()


_PERCENT = Decimal("0.010")
FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("max_rate", "times", 1, Decimal("0.5"), 4),
        Field("daily_cap_ms", "minutes", MINUTE, 1, 1_440, is_cap=True),
        Field("part_cap_ms", "minutes", MINUTE, 1, 1_440, is_cap=True),
        Field("course_cap_ms", "minutes", MINUTE, 1, 60_000, is_cap=True),
        Field("presence_min_ms", "minutes", MINUTE, 1, 60),
        Field("presence_max_ms", "minutes", MINUTE, 1, 60),
        Field("presence_timeout_ms", "seconds", 1_000, 15, 600),
        Field("lateness_days", "days", 1, 0, 14),
        Field("makeup_days", "days", 1, 0, 14),
        Field("proof_covers_ms", "minutes", MINUTE, 1, 120),
        Field("complete_ratio", "percent", _PERCENT, 50, 100),
        Field("sound_only", "flag", 1, 0, 1),
        Field("online_share", "percent", _PERCENT, 0, 100, judges=False),
    )
}
CAPS = tuple(name for name, field in FIELDS.items() if field.is_cap)
CLOSING_DAYS = 14
"""A period closes 15 days after its end: what may arrive late and what may be made up must be in by then."""


def out_of_bounds(values: Mapping[str, Any]) -> list[str]:
    """
    Return the fields whose value (as the column keeps it) is outside its bounds.

    >>> out_of_bounds({"daily_cap_ms": 0, "part_cap_ms": None, "max_rate": Decimal("1.5"), "lateness_days": 15})
    ['daily_cap_ms', 'lateness_days']
    """
    wrong = []
    for name, value in values.items():
        field = FIELDS[name]
        if value is None or field.unit == "flag":
            continue
        if not field.least * Decimal(field.size) <= Decimal(value) <= field.most * Decimal(field.size):
            wrong.append(name)
    return wrong


def conflicts(terms: Terms, *, shortest_ms: int | None = None) -> list[str]:
    """
    Return the keys of what does not fit together in the terms that result. ``shortest_ms`` is the shortest interval as it
    was written: resolved terms never have one above the longest.

    >>> conflicts(Terms()), conflicts(Terms(lateness_days=10, makeup_days=5), shortest_ms=1_200_000)
    ([], ['interval', 'closing'])
    >>> conflicts(Terms(proof_covers_ms=60_000))
    ['proof']
    """
    found = []
    if shortest_ms is not None and shortest_ms > terms.presence_max_ms:
        found.append("interval")
    if terms.lateness_days + terms.makeup_days > CLOSING_DAYS:
        found.append("closing")
    if terms.proof_covers_ms < terms.presence_max_ms + terms.presence_timeout_ms:
        found.append("proof")
    return found
