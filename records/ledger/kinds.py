"""
Hours that were not earned by playing: what proves each kind, and how much of a sum may have been earned online.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from core.clock import day_of
from records.ledger.chain import Draft

EVIDENCE_OF = {
    "attendance": frozenset({"presence_qr", "instructor", "leader"}),
    "practice": frozenset({"master", "instructor", "leader"}),
    "import": frozenset({"import"}),
    "grant": frozenset({"leader", "instructor", "import"}),
}
"""Evidence by kind. Study has its beats, a reversal and an attribution the entry they name, a statement its sender."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class EvidenceMissing(ValueError):
    """The entry is not proved as its kind must be; the message says what is missing."""


def earned_otherwise(
    *,
    kind: str,
    activity: str,
    source: str,
    t_from: int,
    ms: int,
    union: UUID | None,
    policy: str,
    evidence: str,
    evidence_ref: str,
    actor: UUID,
    approver: UUID | None = None,
    reason: str | None = None,
    online: bool = False,
    occupation: str | None = None,
    level: int | None = None,
    lesson: UUID | None = None,
) -> Draft:
    """
    Return the draft of ``ms`` from the instant ``t_from`` on: attendance, practice, import or grant.

    ``evidence_ref`` is the SHA-256, in hex, of what proves it: the list of those present, the record of the practice, the
    file. ``actor`` confirmed it. A grant says why, by a key, and another person approved it.

    :raises EvidenceMissing: if the kind is proved by something else, or something that it needs is not given.
    """
    if kind not in EVIDENCE_OF:
        raise EvidenceMissing(f"{kind} is not written by hand")
    if evidence not in EVIDENCE_OF[kind]:
        raise EvidenceMissing(
            f"{kind} is proved by {', '.join(sorted(EVIDENCE_OF[kind]))}, not by {evidence}"
        )
    if not _SHA256.fullmatch(evidence_ref):
        raise EvidenceMissing("the evidence is named by its SHA-256 in hex")
    if kind == "grant" and (not reason or approver in {None, actor}):
        raise EvidenceMissing("a grant has a reason, and another person approves it")
    day = day_of(t_from)
    if ms <= 0 or day_of(t_from + ms - 1) != day:
        raise EvidenceMissing("the time lies within one day")
    return Draft(
        kind=kind,
        source=source,
        lesson=lesson,
        activity=activity,
        occupation=occupation,
        level=level,
        t_from=t_from,
        t_to=t_from + ms,
        ms=ms,
        day=day,
        union=union,
        policy=policy,
        evidence=evidence,
        evidence_ref=evidence_ref,
        online=online,
        reason=reason,
        actor=actor,
        approver=approver,
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """Time under a share rule, in ms: what counts of it, and online time beyond what offline time lets count."""

    online_ms: int
    offline_ms: int
    over_ms: int

    @property
    def total_ms(self) -> int:
        return self.online_ms + self.offline_ms


def share_online(online_ms: int, offline_ms: int, share_permille: int | None) -> Counted:
    """
    Return how much of online and offline time counts where online time may be at most a share of what counts.

    The ledger keeps all of it; time that is over counts as soon as there is more offline time. No share is no limit.

    >>> share_online(5_400_000, 2_700_000, 500)
    Counted(online_ms=2700000, offline_ms=2700000, over_ms=2700000)
    >>> share_online(100, 0, 500).total_ms, share_online(100, 0, None).total_ms, share_online(100, 0, 1000).total_ms
    (0, 100, 100)
    """
    if share_permille is None or share_permille >= 1_000:
        return Counted(online_ms, offline_ms, 0)
    # online ≤ share × (online + offline), solved for online and cut downwards.
    most = max(0, offline_ms) * share_permille // (1_000 - share_permille)
    counted = min(online_ms, most)
    return Counted(counted, offline_ms, online_ms - counted)
