"""
The terms by which a span is judged: the policy that results from the union's line upwards and from programmes.

The nearest union that sets a field decides it; what nobody sets has the default here. A programme may only be
stricter.

>>> town = Version("union:b", 3, {"daily_cap_ms": 28_800_000})
>>> drill = Version("programme:c", 1, {"presence_max_ms": 10_000, "presence_min_ms": 5_000, "max_rate_permille": 2_000})
>>> terms = resolve([town, Version("national", 2, {"max_rate_permille": 1_250})], [drill])
>>> terms.identity, terms.max_rate_permille, terms.daily_cap_ms, terms.presence_max_ms
('union:b@3+national@2+programme:c@1', 1250, 28800000, 10000)
>>> resolve([], []).identity
'default@1'
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

DAY_MS = 86_400_000
MAX_IDENTITY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All numbers of a resolved policy: durations in ms, ratios per mille, a cap of None is no cap."""

    identity: str = "default@1"
    max_rate_permille: int = 1_500
    daily_cap_ms: int | None = None
    part_cap_ms: int | None = None
    course_cap_ms: int | None = None
    presence_min_ms: int = 300_000
    presence_max_ms: int = 900_000
    presence_timeout_ms: int = 60_000
    lateness_days: int = 7
    makeup_days: int = 7
    proof_covers_ms: int = 960_000
    complete_permille: int = 950
    sound_only: bool = True
    online_share_permille: int | None = None

    @property
    def lateness_ms(self) -> int:
        return self.lateness_days * DAY_MS

    @property
    def makeup_ms(self) -> int:
        return self.makeup_days * DAY_MS

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one owner's policy; fields it does not name are inherited."""

    owner: str
    version: int
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.owner}@{self.version}"


def _least(old: Any, new: Any) -> Any:
    return new if old is None else min(old, new)


# What "stricter" means for each field a programme may set.
_STRICTER: dict[str, Any] = {
    "max_rate_permille": _least,
    "daily_cap_ms": _least,
    "part_cap_ms": _least,
    "course_cap_ms": _least,
    "presence_min_ms": _least,
    "presence_max_ms": _least,
    "presence_timeout_ms": _least,
    "lateness_days": _least,
    "makeup_days": _least,
    "proof_covers_ms": _least,
    "complete_permille": max,
    "sound_only": lambda old, new: old and new,
    "online_share_permille": lambda old, new: new,
}


def resolve(line: Sequence[Version], programmes: Sequence[Version]) -> Terms:
    """
    Return the terms of a union whose line upwards, nearest first, has these versions in force, and of programmes.

    The identity names every version that decided a field, so equal identities mean equal terms.
    """
    decided: dict[str, Any] = {}
    owners: list[str] = []
    for version in line:
        fresh = {k: v for k, v in version.values.items() if v is not None and k not in decided}
        if fresh:
            decided |= fresh
            owners.append(str(version))
    terms = replace(Terms(), **decided)
    for version in programmes:
        named = {k: v for k, v in version.values.items() if v is not None}
        stricter = {k: _STRICTER[k](getattr(terms, k), v) for k, v in named.items()}
        if stricter:
            terms = replace(terms, **stricter)
            owners.append(str(version))
            decided |= stricter
    if "proof_covers_ms" not in decided:
        # By definition the longest interval and the time to answer.
        terms = replace(terms, proof_covers_ms=terms.presence_max_ms + terms.presence_timeout_ms)
    return replace(
        terms,
        identity=_identity(owners),
        presence_min_ms=min(terms.presence_min_ms, terms.presence_max_ms),
    )


def _identity(owners: Sequence[str]) -> str:
    """Return the owners joined, or their hash where a long line would not fit the ledger's column."""
    if not owners:
        return "default@1"
    joined = "+".join(owners)
    if len(joined) <= MAX_IDENTITY:
        return joined
    return "sha256:" + hashlib.sha256(joined.encode()).hexdigest()
