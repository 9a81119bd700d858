"""A new programme in the message centre of everybody whom it asks to study."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, day_of, day_start_ms, from_ms, to_ms
from core.display import full_day
from core.inbox import Entry
from core.kept import NOTICES, kept_many
from programmes.models import Programme
from unions.api import own_path, path_ids


@dataclass(frozen=True)
class ProgrammeLine:
    """A programme as the message centre shows it; ``first`` is its first lesson."""

    id: int
    uuid: UUID
    union: UUID
    union_name: str
    title: str
    first: UUID
    lessons: int
    starts_on: date
    ends_on: date
    created_at: datetime


def assigned(user: Any, now: datetime) -> Iterator[Entry]:
    """The programmes that run for a user: told once; what is left of them stands under what is to be done."""
    today = day_of(to_ms(now))
    for line in _lines(path_ids(own_path(user, today))):
        if line.starts_on <= today <= line.ends_on:
            yield Entry(
                key=f"programme:{line.uuid}",
                kind="programme.assigned",
                title=_("新的学习安排：{title}").format(title=line.title),
                body=_("共 {n} 节，{day}前学完。").format(n=line.lessons, day=full_day(line.ends_on)),
                at=max(line.created_at.astimezone(SHANGHAI), from_ms(day_start_ms(line.starts_on))),
                url=f"/learn/{line.first}/",
                action=_("去学"),
                source=f"union:{line.union}",
                source_name=line.union_name,
                place=line.id,
            )


def _lines(ids: Sequence[int]) -> list[ProgrammeLine]:
    """Return what these unions ask for today and later, one or two queries for all that are not kept."""
    today = timezone.localdate()

    def read(names: Sequence[str]) -> dict[str, list[ProgrammeLine]]:
        found: dict[str, list[ProgrammeLine]] = {name: [] for name in names}
        unions = [int(name.removeprefix("programmes:")) for name in names]
        rows = Programme.objects.filter(union__in=unions, ends_on__gte=today)
        for row in rows.select_related("union").prefetch_related("lessons").order_by("-created_at", "-pk"):
            lessons = sorted(row.lessons.all(), key=lambda lesson: lesson.pk)
            if lessons:
                found[f"programmes:{row.union_id}"].append(_line(row, lessons[0].lesson, len(lessons)))
        return found

    kept = kept_many(NOTICES, [f"programmes:{pk}" for pk in ids], read)
    return [line for lines in kept.values() for line in lines]


def _line(row: Programme, first: UUID, lessons: int) -> ProgrammeLine:
    return ProgrammeLine(
        id=row.pk,
        uuid=row.uuid,
        union=row.union.uuid,
        union_name=row.union.name,
        title=row.title,
        first=first,
        lessons=lessons,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        created_at=row.created_at,
    )
