"""Which value of a policy comes from where."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.clock import day_of
from records.ledger.terms import Terms, resolve
from records.models import StudyPolicy
from records.operations.policies import (
    FIELDS,
    NATIONAL,
    PERMILLE,
    owners_above,
    terms_for,
    version_of,
)
from unions.api import Union


def owner_of(union: UUID | None) -> str:
    """Return the key under which a union's policy is kept; None is the nation's."""
    return NATIONAL if union is None else f"union:{union}"


@dataclass(frozen=True, slots=True)
class Origin:
    """One field in force: its value as columns keep it, who set it, and what would hold without this owner's version."""

    name: str
    value: Any
    owner: str
    version: int
    inherited: Any
    inherited_owner: str
    inherited_version: int

    @property
    def is_own(self) -> bool:
        return (self.owner, self.version) != (self.inherited_owner, self.inherited_version)


def versions_of(owner: str) -> list[StudyPolicy]:
    """Return an owner's versions, newest first."""
    return list(StudyPolicy.objects.filter(owner=owner).order_by("-version"))


def version_named(owner: str, version: int) -> StudyPolicy | None:
    """Return one version of an owner, or None."""
    return StudyPolicy.objects.filter(owner=owner, version=version).first()


def in_force(owner: str, *, at: int) -> StudyPolicy | None:
    """Return the version of an owner that is in force at an instant, or None."""
    rows = StudyPolicy.objects.filter(owner=owner, effective_from__lte=at)
    return rows.order_by("-effective_from", "-version").first()


def origins(union: UUID | None, *, at: int) -> list[Origin]:
    """Return each field that is in force for a union's members at an instant, and where its value comes from."""
    owners = owners_above(union, on=day_of(at))
    rows: dict[str, StudyPolicy] = {}
    found = StudyPolicy.objects.filter(owner__in=owners, effective_from__lte=at)
    for policy in found.order_by("effective_from", "version"):
        rows[policy.owner] = policy
    line = [rows[owner] for owner in owners if owner in rows]
    above = [policy for policy in line if policy.owner != owners[0]]
    terms = resolve([version_of(p) for p in line], [])
    terms_above = resolve([version_of(p) for p in above], [])
    out = []
    for name in FIELDS:
        owner, version = _setter(line, name)
        other, other_version = _setter(above, name)
        out.append(
            Origin(
                name, column_of(terms, name), owner, version,
                column_of(terms_above, name), other, other_version,
            )
        )  # fmt: skip
    return out


def _setter(line: list[StudyPolicy], name: str) -> tuple[str, int]:
    for policy in line:
        if getattr(policy, name) is not None:
            return policy.owner, policy.version
    return "default", 1


def column_of(terms: Terms, name: str) -> Any:
    """Return a field of resolved terms as columns keep it: ratios as thousandths of one."""
    value = getattr(terms, PERMILLE.get(name, name))
    return None if value is None else value / 1000 if name in PERMILLE else value


def terms_in_force(union: UUID | None, *, at: int) -> Terms:
    """Return the terms of a union's members at an instant, without programmes."""
    return terms_for(union=union, owner_keys=[], since=at)[0][1]


def owner_names(owners: set[str]) -> dict[str, str]:
    """Return the names of the unions among owner keys, by key. One query."""
    uuids = [UUID(owner.removeprefix("union:")) for owner in owners if owner.startswith("union:")]
    rows = Union.objects.filter(uuid__in=uuids).values_list("uuid", "name")
    return {f"union:{uuid}": name for uuid, name in rows}
