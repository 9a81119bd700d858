"""What the proofs of instructors entitle them to, read for one, for several, or for all of a batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from instructors.models import (
    Entitlement,
    GradeRule,
    HeldHonour,
    InstructorProfile,
    Qualification,
    TaughtTrade,
)
from instructors.rules import RANKS, Entitled, Proof, entitlement, honour_level
from instructors.words import proof_words
from occupations.api import Teacher, level_labels, teachers_in_force


@dataclass
class Standing:
    """What is verified of one instructor: proofs, the highest level of an honour and its name, titles by occupation."""

    proofs: list[Proof] = field(default_factory=list)
    honour: str = ""
    honour_level: int = 0

    @property
    def rank(self) -> int:
        return max((p.rank or 0 for p in self.proofs), default=0)

    @property
    def titles(self) -> set[str]:
        return {p.title for p in self.proofs if p.title}


def standings(profiles: Iterable[int]) -> dict[int, Standing]:
    """Return what is verified of these instructors (ids), in two statements; all of them are in the answer."""
    wanted = list(profiles)
    found = {pk: Standing() for pk in wanted}
    verified = {"profile__in": wanted, "verified_at__isnull": False, "withdrawn_at__isnull": True}
    for pk, occupation, rank, title, kind, day in (
        Qualification.objects.filter(**verified)
        .order_by("pk")
        .values_list("profile", "occupation", "level", "title", "kind", "issued_on")
    ):
        found[pk].proofs.append(Proof(occupation, rank, title, day, kind))
    for pk, name, level, year in HeldHonour.objects.filter(
        **verified, honour__counts_for_teaching=True
    ).values_list("profile", "honour__name", "honour__level", "year"):
        standing, height = found[pk], honour_level(level)
        if height > standing.honour_level:
            standing.honour, standing.honour_level = f"{name}（{year}）", height
    return found


def entitlements_of(profile: int, *, on: date) -> list[Entitled]:
    """Return each level of each occupation an instructor names or has a proof for, lowest level first."""
    standing = standings([profile])[profile]
    named = set(TaughtTrade.objects.filter(profile=profile).values_list("occupation", flat=True))
    codes = named | {p.occupation for p in standing.proofs}
    return _all_of(standing, codes, teachers_in_force(on=on, occupations=codes), on)


def _all_of(
    standing: Standing, codes: Iterable[str], teachers: Mapping[tuple[str, int], Teacher], on: date
) -> list[Entitled]:
    return [
        _judged(standing, code, rank, teachers.get((code, rank)), on)
        for code in sorted(codes)
        for rank in RANKS
    ]


def _judged(standing: Standing, occupation: str, rank: int, teacher: Teacher | None, on: date) -> Entitled:
    return entitlement(
        occupation=occupation,
        rank=rank,
        teacher=teacher,
        proofs=standing.proofs,
        honour=standing.honour,
        on=on,
    )


def entitlements_to(
    *, occupation: str, rank: int, teacher: Teacher | None, profiles: Iterable[int], on: date
) -> dict[int, Entitled]:
    """
    Return for each of these instructors whether a level of an occupation may be taught; ``teacher`` is what the standard
    in force asks there, None without one. In two statements.
    """
    return {
        pk: _judged(standing, occupation, rank, teacher, on) for pk, standing in standings(profiles).items()
    }


def entitled_ranks(wanted: Mapping[int, Standing], *, on: date) -> dict[int, list[tuple[str, int]]]:
    """Return the (occupation, rank) pairs that each instructor of a batch may teach."""
    teachers = teachers_in_force(on=on)
    found: dict[int, list[tuple[str, int]]] = {}
    for pk, standing in wanted.items():
        lines = _all_of(standing, {p.occupation for p in standing.proofs}, teachers, on)
        if entitled := [(line.occupation, line.rank) for line in lines if line.entitled]:
            found[pk] = entitled
    return found


def grade_story(profile: InstructorProfile) -> dict[str, Any]:
    """Return how a grade comes about: what counts, the table's rows, what two people set, what waits for the second."""
    standing, labels = standings([profile.pk])[profile.pk], level_labels()
    set_by_two = profile.grade_overrides.filter(ended_at=None).select_related(
        "proposed_by__person", "decided_by__person"
    )
    return {
        "proofs": [proof_words(proof, labels) for proof in standing.proofs],
        "honour": standing.honour,
        "table": GradeRule.objects.select_related("level"),
        "holds": next((o for o in set_by_two if o.is_agreed), None),
        "waits": next((o for o in set_by_two if o.is_agreed is None), None),
    }


def taught_levels(profile: InstructorProfile) -> list[tuple[str, str]]:
    """Return what a listed instructor may teach: the trade and its levels, “焊工”, “五级/初级工、四级/中级工”."""
    labels = level_labels()
    found: dict[str, list[str]] = {}
    rows = Entitlement.objects.filter(profile=profile).order_by("occupation", "rank")
    for name, rank in rows.values_list("occupation__name", "rank"):
        found.setdefault(name, []).append(labels.get(rank, str(rank)))
    return [(name, "、".join(levels)) for name, levels in found.items()]
