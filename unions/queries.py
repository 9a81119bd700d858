"""
Reading the tree. Today's questions use the path cache; a question about another day walks ``UnionPlace``.

Who may see which union is not answered here but in ``unions.policies``, the only place that knows appointments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Person
from unions import db
from unions.exceptions import UnionNotFound
from unions.models import JoinRequest, Line, Membership, Union, UnionPlace
from unions.rules import normalize_code, path_ids


@dataclass(frozen=True)
class TreeRow:
    """One union in a line on a day. ``depth`` is 1 at the top."""

    id: int
    uuid: UUID
    parent_id: int | None
    depth: int


def active(on: date, prefix: str = "") -> Q:
    """Return the condition that a half-open period holds a day."""
    return Q(**{f"{prefix}active_from__lte": on}) & (
        Q(**{f"{prefix}active_to__isnull": True}) | Q(**{f"{prefix}active_to__gt": on})
    )


def open_on(on: date) -> Q:
    """Return the condition that a union exists on a day."""
    return Q(opened_on__lte=on) & (Q(closed_on__isnull=True) | Q(closed_on__gt=on))


def find_union(text: str) -> Union:
    """
    Return the union with this code or uuid, as commands and importers name it.

    :raises UnionNotFound: if there is none.
    """
    text = text.strip()
    try:
        condition = Q(uuid=UUID(text))
    except ValueError:
        condition = Q(code=normalize_code(text))
    union = Union.objects.select_related("kind").filter(condition).first()
    if union is None:
        raise UnionNotFound
    return union


# Memberships


def union_of(person: UUID, on: date) -> UUID | None:
    """Return the union a person was a member of on a day, or None."""
    return (
        Membership.objects.filter(active(on), member__uuid=person)
        .values_list("union__uuid", flat=True)
        .first()
    )


def unions_of(persons: Iterable[UUID], on: date) -> dict[UUID, UUID]:
    """Return the union of each of these persons on a day; who has none is not in the answer. One query a thousand."""
    found: dict[UUID, UUID] = {}
    uuids = list(persons)
    for start in range(0, len(uuids), 1_000):
        rows = Membership.objects.filter(active(on), member__uuid__in=uuids[start : start + 1_000])
        found.update(rows.values_list("member__uuid", "union__uuid"))
    return found


def membership_on(person: UUID, on: date) -> Membership | None:
    """Return a person's membership on a day with its union, or None."""
    rows = Membership.objects.filter(active(on), member__uuid=person)
    return rows.select_related("union", "union__kind").first()


def memberships_of(person: UUID) -> QuerySet[Membership]:
    """Return a person's memberships with their unions, newest first."""
    return Membership.objects.filter(member__uuid=person).select_related("union").order_by("-active_from")


def members_of(union: Union, on: date) -> QuerySet[Person]:
    """Return the persons who are members of exactly this union on a day."""
    return Person.objects.filter(pk__in=Membership.objects.filter(active(on), union=union).values("member"))


def member_count(union: Union, on: date) -> int:
    """Return the members of a union and everything below it today's line, on a day."""
    return Membership.objects.filter(active(on), union__path__startswith=union.path).count()


def open_request_of(person: UUID) -> JoinRequest | None:
    """Return a person's join request that waits, with its union, or None."""
    open_states = [JoinRequest.State.SENT, JoinRequest.State.ASKED_BACK]
    rows = JoinRequest.objects.filter(person__uuid=person, state__in=open_states)
    return rows.select_related("union").first()


# The tree


def ancestors(union: Union, *, on: date, line: str = Line.ADMINISTRATIVE) -> list[Union]:
    """Return the unions above one on a day, the top first, without itself."""
    _, *above = db.ancestor_uuids([union.uuid], on=on, line=line)[union.uuid]
    by_uuid = Union.objects.select_related("kind").in_bulk(above, field_name="uuid")
    return [by_uuid[uuid] for uuid in reversed(above)]


def ancestor_uuids(
    unions: Iterable[UUID], *, on: date, line: str = Line.ADMINISTRATIVE
) -> dict[UUID, list[UUID]]:
    """Return for each union the chain above it on a day, nearest first, **with itself** at the head. One query."""
    return db.ancestor_uuids(list(unions), on=on, line=line)


def descendants(
    union: Union, *, on: date, line: str = Line.ADMINISTRATIVE, include_self: bool = False
) -> QuerySet[Union]:
    """Return everything below a union on a day, by its places then (not by today's path)."""
    ids = db.descendant_ids(union.pk, on=on, line=line)
    if not include_self:
        ids = [i for i in ids if i != union.pk]
    return Union.objects.filter(pk__in=ids)


def children(union: Union, *, on: date, line: str = Line.ADMINISTRATIVE) -> QuerySet[Union]:
    """Return the unions directly below one on a day, by code."""
    places = UnionPlace.objects.filter(active(on), parent=union, line=line)
    return Union.objects.filter(pk__in=places.values("union")).order_by("code")


def tree(*, on: date, line: str = Line.ADMINISTRATIVE) -> list[TreeRow]:
    """Return the whole of a line on a day, parents before their children. For small trees and tests."""
    return [TreeRow(*row) for row in db.tree_rows(on=on, line=line)]


def chain_of(union: Union) -> list[Union]:
    """Return today's unions above one and itself, the top first, by the path cache: for breadcrumbs. One query."""
    ids = path_ids(union.path)
    by_id = Union.objects.in_bulk(ids)
    return [by_id[i] for i in ids if i in by_id]


def chains_of(unions: Sequence[Union]) -> dict[int, list[Union]]:
    """Return today's chain of each union, the top first, with itself. One query for all of them."""
    wanted = {u.pk: path_ids(u.path) for u in unions}
    by_id = Union.objects.in_bulk({i for ids in wanted.values() for i in ids})
    return {pk: [by_id[i] for i in ids if i in by_id] for pk, ids in wanted.items()}


def search_unions(text: str, *, on: date, limit: int = 20) -> list[Union]:
    """
    Return unions that members may join, by a part of the name, by pinyin (full or initials) or by code, the best
    first: that very code, a name that begins with the text, the upper union, the shorter name.
    """
    text = text.strip()
    if not text:
        return []
    latin = normalize_code(text).lower()
    condition = Q(name__contains=text) | Q(short_name__contains=text)
    if latin.isascii():
        condition |= Q(pinyin__contains=latin) | Q(code__startswith=latin.upper())
    rows = Union.objects.filter(condition, open_on(on), kind__is_primary=True).select_related("kind")
    ranked = sorted(
        rows.order_by("code")[:200],
        key=lambda u: (
            u.code != latin.upper(),
            not u.name.startswith(text),
            text not in u.name,
            u.depth,
            len(u.name),
            u.code,
        ),
    )
    return ranked[:limit]


# Who has to act


def answering_union(person: UUID, days: Iterable[date]) -> Union | None:
    """
    Return the union that answers a person: the first one, of these days in turn, that the person was a member of and that
    still stands; a workshop's or a group's is answered by the primary union above it.
    """
    for on in days:
        membership = membership_on(person, on)
        if membership is None or not membership.union.path:
            continue
        chain = Union.objects.filter(pk__in=path_ids(membership.union.path)).select_related("kind")
        primary = chain.filter(kind__is_primary=True).order_by("-depth").first()
        return primary or membership.union
    return None


def union_above(union: UUID) -> UUID | None:
    """
    Return the union that today stands directly above one on the administrative line, None at the top. What stands no
    more is followed by its successor, or by the union it stood under last.
    """
    node = Union.objects.select_related("successor").get(uuid=union)
    if node.path:
        ids = [i for i in path_ids(node.path) if i != node.pk]
        return Union.objects.values_list("uuid", flat=True).get(pk=ids[-1]) if ids else None
    if node.successor is not None:
        return node.successor.uuid
    places = UnionPlace.objects.filter(union=node, line=Line.ADMINISTRATIVE, parent__isnull=False)
    return places.order_by("-active_from").values_list("parent__uuid", flat=True).first()
