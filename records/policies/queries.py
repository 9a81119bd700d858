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


def version_named(owner: str, version: int) -> StudyPolicy | None:
    """Return one version of an owner, or None."""
    return StudyPolicy.objects.filter(owner=owner, version=version).first()


@dataclass(frozen=True, slots=True)
class Upwards:
    """The versions of a union and of everybody above it: ``owners`` nearest first, ``rows`` by owner, oldest first."""

    owners: list[str]
    rows: dict[str, list[StudyPolicy]]

    def versions(self) -> list[StudyPolicy]:
        """Return the union's own versions, newest first."""
        return sorted(self.rows.get(self.owners[0], []), key=lambda policy: -policy.version)

    def in_force(self, owner: str, *, at: int) -> StudyPolicy | None:
        """Return the version of an owner that is in force at an instant, or None."""
        begun = [policy for policy in self.rows.get(owner, []) if policy.effective_from <= at]
        return begun[-1] if begun else None

    def current(self, *, at: int) -> StudyPolicy | None:
        """Return the union's own version that is in force at an instant, or None."""
        return self.in_force(self.owners[0], at=at)

    def origins(self, *, at: int) -> list[Origin]:
        """Return each field that is in force for the union's members at an instant, and where its value comes from."""
        line = [found for owner in self.owners if (found := self.in_force(owner, at=at)) is not None]
        above = [policy for policy in line if policy.owner != self.owners[0]]
        terms = resolve([version_of(p) for p in line], [])
        terms_above = resolve([version_of(p) for p in above], [])
        return [
            Origin(
                name,
                column_of(terms, name),
                *_setter(line, name),
                column_of(terms_above, name),
                *_setter(above, name),
            )
            for name in FIELDS
        ]


def upwards(union: UUID | None, *, at: int) -> Upwards:
    """Return the versions that can hold for a union's members on the day of an instant: four queries, of all of them."""
    owners = owners_above(union, on=day_of(at))
    rows: dict[str, list[StudyPolicy]] = {}
    for policy in StudyPolicy.objects.filter(owner__in=owners).order_by("effective_from", "version"):
        rows.setdefault(policy.owner, []).append(policy)
    return Upwards(owners, rows)


def _setter(line: list[StudyPolicy], name: str) -> tuple[str, int]:
    for policy in line:
        if getattr(policy, name) is not None:
            return policy.owner, policy.version
    return "default", 1


def column_of(terms: Terms, name: str) -> Any:
    """Return a field of resolved terms as columns keep it: ratios as thousandths of one."""
    value = getattr(terms, PERMILLE.get(name, name))
    return None if value is None else value / 1000 if name in PERMILLE else value


def owner_names(owners: set[str]) -> dict[str, str]:
    """Return the names of the unions among owner keys, by key. One query."""
    uuids = [UUID(owner.removeprefix("union:")) for owner in owners if owner.startswith("union:")]
    rows = Union.objects.filter(uuid__in=uuids).values_list("uuid", "name")
    return {f"union:{uuid}": name for uuid, name in rows}
