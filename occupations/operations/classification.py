"""Bring the classification into the database. Running it again changes only what differs in the files."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Model

from occupations.models import Occupation, OccupationGroup, SkillLevel

DATA = Path(__file__).parents[1] / "data"
ALIAS_SEPARATOR = "|"


@dataclass(frozen=True)
class LoadResult:
    """How many rows each table holds after a load."""

    groups: int
    occupations: int
    levels: int


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _upsert(model: type[Model], rows: Sequence[Model]) -> None:
    pk = model._meta.pk
    names = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[pk.name if pk else "pk"],
        update_fields=names,
        batch_size=500,
    )


@transaction.atomic
def load_classification() -> LoadResult:
    """
    Bring groups, occupations and skill levels to the state of the files in ``occupations/data``.

    Rows that an operator added stay; rows of the files are brought back to what the files say.
    """
    groups = [
        OccupationGroup(code=r["code"], name=r["name"], level=int(r["level"]), parent_id=r["parent"] or None)
        for r in _rows("occupation_groups.csv")
    ]
    groups.sort(key=lambda group: group.level)  # a parent stands before its children
    _upsert(OccupationGroup, groups)
    _upsert(
        Occupation,
        [
            Occupation(
                code=r["code"],
                name=r["name"],
                group_id=r["minor_code"],
                is_digital=r["digital"] == "1",
                is_green=r["green"] == "1",
                aliases="\n".join(filter(None, r["aliases"].split(ALIAS_SEPARATOR))),
                definition=r["definition"],
                source=r["source"],
            )
            for r in _rows("occupations.csv")
        ],
    )
    _upsert(
        SkillLevel,
        [
            SkillLevel(
                rank=int(r["rank"]),
                code=r["code"],
                name=r["name"],
                label=r["level_label"],
                certificate_digit=r["cert_digit"],
                is_high_skill=r["is_high_skill"] == "1",
                how_obtained=r["how_obtained"],
            )
            for r in _rows("skill_levels.csv")
        ],
    )
    return LoadResult(
        groups=OccupationGroup.objects.count(),
        occupations=Occupation.objects.count(),
        levels=SkillLevel.objects.count(),
    )
