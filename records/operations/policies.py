"""Study policies: who sets one, and which one is in force for a learner's session."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from core.clock import day_of
from core.db import now_ms
from records.ledger.terms import Terms, Version, resolve
from records.models import StudyPolicy
from unions.api import ancestor_uuids, union_of

NATIONAL = "national"
FIELDS = (
    "max_rate",
    "daily_cap_ms",
    "part_cap_ms",
    "course_cap_ms",
    "presence_min_ms",
    "presence_max_ms",
    "presence_timeout_ms",
    "lateness_days",
    "makeup_days",
    "proof_covers_ms",
    "complete_ratio",
    "sound_only",
    "online_share",
)
PERMILLE = {
    "max_rate": "max_rate_permille",
    "complete_ratio": "complete_permille",
    "online_share": "online_share_permille",
}
ELDER_TIMEOUT_MS = 180_000


@transaction.atomic
def issue_policy(
    *,
    owner: str,
    effective_from: int | None = None,
    made_by: UUID | None = None,
    note: str = "",
    **values: Any,
) -> StudyPolicy:
    """
    Write the next version of an owner's policy: ``national``, ``union:<uuid>`` or ``programme:<uuid>``.

    ``effective_from`` is an instant in ms, None is now. Ratios (max_rate, complete_ratio, online_share) are decimals.
    What is not named is inherited.

    :raises TypeError: if a value is none of a policy's fields.
    """
    unknown = values.keys() - set(FIELDS)
    if unknown:
        raise TypeError(f"no such policy field: {', '.join(sorted(unknown))}")
    last = StudyPolicy.objects.filter(owner=owner).aggregate(last=Max("version"))["last"] or 0
    return StudyPolicy.objects.create(
        owner=owner,
        version=last + 1,
        effective_from=now_ms() if effective_from is None else effective_from,
        made_by=made_by,
        note=note,
        **{name: Decimal(str(v)) if name in PERMILLE and v is not None else v for name, v in values.items()},
    )


def terms_for(
    *,
    union: UUID | None,
    owner_keys: Sequence[str],
    since: int,
    is_elder: bool = False,
    instead: Version | None = None,
) -> list[tuple[int, Terms]]:
    """
    Return the terms in force at an instant for members of a union, and those that are known to follow, each from an
    instant on: a change of policy seals the span that runs over it.

    ``instead`` stands at every instant in the place of its owner's own versions: what would hold if it had been in force.
    """
    owners = owners_above(union, on=day_of(since))
    versions: dict[str, list[StudyPolicy]] = {}
    for policy in StudyPolicy.objects.filter(owner__in=[*owners, *owner_keys]).order_by(
        "effective_from", "version"
    ):
        versions.setdefault(policy.owner, []).append(policy)
    changes = {p.effective_from for all_of_one in versions.values() for p in all_of_one}
    instants = [since, *sorted(at for at in changes if at > since)]
    return [(at, _terms_at(at, owners, owner_keys, versions, is_elder, instead)) for at in instants]


def owners_above(union: UUID | None, *, on: date) -> list[str]:
    """Return whose policies hold for a union's members on a day, the nearest first: its line upwards, then the nation."""
    line = ancestor_uuids([union], on=on).get(union, []) if union else []
    return [*(f"union:{u}" for u in line), NATIONAL]


def terms_now(*, learner: UUID | None, owner_keys: Sequence[str], now: int, is_elder: bool = False) -> Terms:
    """
    Return the terms under which a session of a learner would open at ``now`` (ms); a learner of None is a guest, whom
    no union and no programme knows.
    """
    if learner is None:
        return terms_for(union=None, owner_keys=(), since=now, is_elder=is_elder)[0][1]
    union = union_of(learner, day_of(now))
    return terms_for(union=union, owner_keys=owner_keys, since=now, is_elder=is_elder)[0][1]


def newest_policy() -> int:
    """Return the number of the policy version written last: when it grows, open sessions resolve theirs again."""
    return StudyPolicy.objects.aggregate(last=Max("pk"))["last"] or 0


def _terms_at(
    at: int,
    line: Sequence[str],
    extra: Sequence[str],
    versions: Mapping[str, Sequence[StudyPolicy]],
    is_elder: bool,
    instead: Version | None,
) -> Terms:
    def in_force(owners: Sequence[str]) -> list[Version]:
        found = []
        for owner in owners:
            if instead is not None and instead.owner == owner:
                found.append(instead)
                continue
            current = [p for p in versions.get(owner, []) if p.effective_from <= at]
            if current:
                found.append(version_of(current[-1]))
        return found

    terms = resolve(in_force(line), in_force(extra))
    if is_elder:
        numbers = terms.as_json() | {"presence_timeout_ms": max(terms.presence_timeout_ms, ELDER_TIMEOUT_MS)}
        terms = Terms(**numbers)
    return terms


def version_of(policy: StudyPolicy) -> Version:
    """Return a version as the rules read it: ratios per mille, what it does not set as None."""
    return Version(policy.owner, policy.version, values_of({n: getattr(policy, n) for n in FIELDS}))


def values_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of a policy (ratios as decimals) under the rules' names, ratios per mille."""
    return {
        PERMILLE.get(name, name): int(value * 1000) if name in PERMILLE and value is not None else value
        for name, value in columns.items()
    }
