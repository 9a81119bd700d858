"""Opening, placing, moving, renaming, closing and merging unions. The tree of the past is never touched."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit
from core.db import lock_rows
from core.pinyin import pinyin_of
from unions import exceptions as wrong
from unions.models import Line, Membership, Union, UnionKind, UnionPlace
from unions.queries import active
from unions.rules import child_level_fits, managed_levels, new_join_code, normalize_credit_code, path_step

STREAM = "unions"
KINDS_CSV = Path(__file__).resolve().parents[1] / "data" / "union_types.csv"
PRIMARY_LEVEL = 6
"""基层工会 and its workshops and groups know their members by name; what stands above them sees figures."""


@transaction.atomic
def load_kinds(*, path: Path = KINDS_CSV) -> int:
    """Bring the kinds of union up to the file's state; may be run again. Return how many there are."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        lowest, highest = managed_levels(row["can_manage_levels"])
        UnionKind.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "level": int(row["level"]),
                "lowest_child_level": lowest,
                "highest_child_level": highest,
                "is_primary": int(row["level"]) >= PRIMARY_LEVEL,
            },
        )
    return len(rows)


@transaction.atomic
def open_union(
    *,
    code: str,
    name: str,
    kind: str,
    on: date,
    parent: Union | None = None,
    actor: User | None = None,
    **details: Any,
) -> Union:
    """
    Open a union under a parent of the administrative line (none: a top of its own). ``details`` are further columns
    of :class:`Union` (short_name, credit_code, region_code, industry, annual_target_ms …).

    :raises LevelNotAllowed: if the parent does not manage this level.
    :raises UnionClosed: if the parent is closed.
    :raises ValueError: if a credit code is not that of a union.
    """
    if details.get("credit_code"):
        details["credit_code"] = normalize_credit_code(details["credit_code"], union=True)
    details.setdefault("join_code", _unused_join_code())
    union = Union.objects.create(
        code=code, name=name, kind_id=kind, opened_on=on, pinyin=pinyin_of(name), **details
    )
    place_union(union=union, parent=parent, on=on, actor=actor, _quiet=True)
    _record("union.open", union, actor, {"kind": kind, "parent": parent.code if parent else None})
    return union


@transaction.atomic
def place_union(
    *,
    union: Union,
    parent: Union | None,
    on: date,
    line: str = Line.ADMINISTRATIVE,
    until: date | None = None,
    today: date | None = None,
    actor: User | None = None,
    _quiet: bool = False,
) -> UnionPlace:
    """
    Put a union under a parent on a line from a day on, where it has no place yet on that line then.

    ``today`` is the day whose state the path cache shows: name it when ``on`` is another day.

    :raises LevelNotAllowed: if the parent does not manage this level.
    :raises LoopInTree: if the parent stands below the union, or is it.
    :raises PeriodTaken: if it has a place on one of these days.
    """
    _check_parent(union, parent, on=on, line=line)
    others = UnionPlace.objects.filter(union=union, line=line)
    taken = others.exclude(active_to__lte=on)
    if until is not None:
        taken = taken.filter(active_from__lt=until)
    if taken.exists():
        raise wrong.PeriodTaken
    place = UnionPlace.objects.create(union=union, line=line, parent=parent, active_from=on, active_to=until)
    if line == Line.ADMINISTRATIVE:
        refresh_paths(on=today or on, root=union)
    if not _quiet:
        _record("union.place", union, actor, {"parent": parent.code if parent else None, "line": str(line)})
    return place


@transaction.atomic
def move_union(
    *,
    union: Union,
    parent: Union | None,
    on: date,
    line: str = Line.ADMINISTRATIVE,
    today: date | None = None,
    actor: User | None = None,
) -> UnionPlace:
    """
    Move a union with everything below it: its place ends the day before ``on`` and a new one begins. Figures of
    earlier periods keep the old place.

    :raises LevelNotAllowed, LoopInTree, PeriodTaken: as :func:`place_union` does; the last one if it has moved later.
    """
    _check_parent(union, parent, on=on, line=line)
    places = lock_rows(UnionPlace.objects.filter(union=union, line=line))
    if places.filter(active_from__gt=on).exists():
        raise wrong.PeriodTaken
    current = places.filter(active(on)).first()
    before = current.parent.code if current and current.parent else None
    if current is not None and current.active_from == on:
        current.delete()
    elif current is not None:
        current.active_to = on
        current.save(update_fields=["active_to"])
    place = place_union(union=union, parent=parent, on=on, line=line, today=today, actor=actor, _quiet=True)
    _record("union.move", union, actor, {"from": before, "to": parent.code if parent else None, "on": on})
    return place


@transaction.atomic
def rename_union(
    *, union: Union, name: str, short_name: str | None = None, actor: User | None = None
) -> Union:
    """Give a union another name; the audit log keeps the old one, the code stays."""
    old, union.name, union.pinyin = union.name, name, pinyin_of(name)
    if short_name is not None:
        union.short_name = short_name
    union.save(update_fields=["name", "short_name", "pinyin"])
    _record("union.rename", union, actor, {"from": old, "to": name})
    return union


@transaction.atomic
def close_union(*, union: Union, on: date, actor: User | None = None) -> Union:
    """
    Close a union: ``on`` is the first day it no longer exists. Its places and memberships end there.

    :raises LevelNotAllowed: if open unions still stand below it (move them first).
    """
    if UnionPlace.objects.filter(active(on), parent=union, union__closed_on__isnull=True).exists():
        raise wrong.LevelNotAllowed("还有下级工会在它下面，先把下级移走。")
    _end_everything(union, on=on)
    _record("union.close", union, actor, {"on": on})
    return union


@transaction.atomic
def merge_unions(
    *, closing: Union, into: Union, on: date, today: date | None = None, actor: User | None = None
) -> int:
    """
    Close one union and hand its members and what stands below it, on both lines, to another on ``on``; a successor link
    is left. ``today`` as for :func:`place_union`.

    Return the number of members who moved. Their minutes stay where they were earned.

    :raises UnionClosed: if one of the two is closed, or both are the same.
    :raises NotAMemberUnion: if there are members and the other one can have none.
    :raises LevelNotAllowed, LoopInTree: if what stands below cannot stand below the other one.
    """
    if closing == into or any(u.closed_on is not None and u.closed_on <= on for u in (closing, into)):
        raise wrong.UnionClosed
    if closing.kind.is_primary and not into.kind.is_primary:
        raise wrong.NotAMemberUnion("会员要有基层工会接收，这一家不是。")
    for place in (
        UnionPlace.objects.filter(active(on), parent=closing)
        .select_related("union__kind")
        .order_by("line", "pk")
    ):
        move_union(union=place.union, parent=into, on=on, line=place.line, today=today, actor=actor)
    members = list(Membership.objects.filter(active(on), union=closing).values_list("member", flat=True))
    _end_everything(closing, on=on)
    Membership.objects.bulk_create(
        [Membership(member_id=m, union=into, active_from=on, source="officer") for m in members],
        batch_size=1_000,
    )
    closing.successor = into
    closing.save(update_fields=["successor"])
    _record("union.merge", closing, actor, {"into": into.code, "members": len(members), "on": on})
    return len(members)


@transaction.atomic
def split_union(
    *,
    union: Union,
    code: str,
    name: str,
    taking: Iterable[Union],
    on: date,
    today: date | None = None,
    actor: User | None = None,
) -> Union:
    """
    Open a second union beside one, of its kind and under the same unions on both lines, and let some of the unions below
    it stand below the new one from ``on`` on, with their members. Return the new union.

    :raises UnionClosed: if the union is closed, or one of those to take does not stand below it.
    """
    if union.closed_on is not None and union.closed_on <= on:
        raise wrong.UnionClosed
    places = {
        p.line: p for p in UnionPlace.objects.filter(active(on), union=union).select_related("parent__kind")
    }
    home = places.get(Line.ADMINISTRATIVE)
    made = open_union(
        code=code,
        name=name,
        kind=union.kind_id,
        on=on,
        parent=home.parent if home else None,
        actor=actor,
        region_code=union.region_code,
        industry=union.industry,
    )
    for line, place in places.items():
        if line != Line.ADMINISTRATIVE:
            place_union(union=made, parent=place.parent, on=on, line=line, today=today, actor=actor)
    for child in taking:
        stands = UnionPlace.objects.filter(active(on), union=child, parent=union)
        if not stands.exists():
            raise wrong.UnionClosed("要带走的单位已经不在它下面了。")
        for place in stands:
            move_union(union=child, parent=made, on=on, line=place.line, today=today, actor=actor)
    _record("union.split", union, actor, {"into": made.code, "on": on})
    return made


@transaction.atomic
def renew_join_code(*, union: Union, actor: User | None = None) -> str:
    """Make a new invitation code; the old one stops working."""
    union.join_code = _unused_join_code()
    union.save(update_fields=["join_code"])
    _record("union.join_code", union, actor, {})
    return union.join_code


@transaction.atomic
def refresh_paths(*, on: date, root: Union | None = None) -> int:
    """
    Bring the cache of the administrative line to its state of ``on``, for everything or for one union and what stands
    below it. Return how many rows changed. A daily task runs it, because a move may be dated ahead.
    """
    places = UnionPlace.objects.filter(active(on), line=Line.ADMINISTRATIVE)
    children: dict[int | None, list[int]] = defaultdict(list)
    if root is None:
        for union_id, parent_id in places.values_list("union_id", "parent_id"):
            children[parent_id].append(union_id)
        todo = [(pk, "", 0) for pk in children[None]]
    else:
        place = places.filter(union=root).select_related("parent").first()
        if place is None:
            return 0
        above = place.parent.path if place.parent else ""
        todo = [(root.pk, above, len(above) // 6)]
        old_path = root.path
        if old_path:
            below = Union.objects.filter(path__startswith=old_path).values("pk")
            for union_id, parent_id in places.filter(union__in=below).values_list("union_id", "parent_id"):
                children[parent_id].append(union_id)
    wanted: dict[int, tuple[str, int]] = {}
    while todo:
        pk, above, depth = todo.pop()
        wanted[pk] = (above + path_step(pk), depth + 1)
        todo.extend((child, wanted[pk][0], depth + 1) for child in children.get(pk, []))
    stale = []
    unions = Union.objects.only("path", "depth")
    for union in (unions if root is None else unions.filter(pk__in=wanted)).iterator():
        path, depth = wanted.get(union.pk, ("", 0))
        if (union.path, union.depth) != (path, depth):
            union.path, union.depth = path, depth
            stale.append(union)
    Union.objects.bulk_update(stale, ["path", "depth"], batch_size=500)
    if root is not None and root.pk in wanted:
        root.path, root.depth = wanted[root.pk]
    return len(stale)


def _check_parent(union: Union, parent: Union | None, *, on: date, line: str) -> None:
    if parent is None:
        return
    if parent.closed_on is not None and parent.closed_on <= on:
        raise wrong.UnionClosed
    fits = child_level_fits(
        lowest=parent.kind.lowest_child_level,
        highest=parent.kind.highest_child_level,
        child_level=union.kind.level,
    )
    if not fits:
        raise wrong.LevelNotAllowed
    above: int | None = parent.pk
    while above is not None:
        if above == union.pk:
            raise wrong.LoopInTree
        above = (
            UnionPlace.objects.filter(active(on), union=above, line=line)
            .values_list("parent", flat=True)
            .first()
        )


def _end_everything(union: Union, *, on: date) -> None:
    for rows in (UnionPlace.objects.filter(union=union), Membership.objects.filter(union=union)):
        rows.filter(active_from__gte=on).delete()
        rows.exclude(active_to__lte=on).update(active_to=on)
    union.closed_on, union.join_code = on, ""
    union.save(update_fields=["closed_on", "join_code"])


def _unused_join_code() -> str:
    code = new_join_code()
    while Union.objects.filter(join_code=code).exists():
        code = new_join_code()
    return code


def _record(action: str, union: Union, actor: User | None, detail: dict[str, Any]) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor.person.uuid if actor else None,
        target=f"union:{union.uuid}",
        detail=detail,
    )
