"""
What an officer may see and do: the one place that reads appointments.

An officer works in today's subtree of the union of appointment, whatever it was when the figures were earned. A union
outside answers as if it did not exist (404). Names are for those appointed at a primary union; from above they are
shown only one by one, with a reason (``operations.reveal_name``).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from core.policies import Policy
from unions.models import Appointment, Union
from unions.queries import active
from unions.rules import path_ids


@dataclass(frozen=True)
class Post:
    """One appointment as policies need it."""

    path: str
    duty: str
    may_write: bool
    is_primary: bool
    union: UUID


def posts_of(user: Any, on: date) -> tuple[Post, ...]:
    """Return what a user is appointed to on a day. One query a user and day; empty for strangers."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    # By attribute: a request's user is a lazy proxy with a dictionary of its own.
    cache: dict[date, tuple[Post, ...]] | None = getattr(user, "_posts", None)
    if cache is None:
        cache = user._posts = {}
    if on not in cache:
        rows = Appointment.objects.filter(active(on), officer=user).exclude(union__path="")
        cache[on] = tuple(
            Post(*row)
            for row in rows.order_by("union__depth", "union__code").values_list(
                "union__path", "duty", "may_write", "union__kind__is_primary", "union__uuid"
            )
        )
    return cache[on]


def is_officer(user: Any, on: date | None = None) -> bool:
    """Tell whether a user holds any appointment: shows the fifth tab."""
    return bool(posts_of(user, on or timezone.localdate()))


def implied_roles(user: User) -> set[str]:
    """Return the role that follows from appointments: an officer is whoever holds one today."""
    return {"officer"} if is_officer(user) else set()


def officer_scope(
    user: User, duty: str | None = None, *, write: bool = False, on: date | None = None
) -> QuerySet[Union]:
    """
    Return the unions in which a user may do a duty (None: any duty): today's subtrees of the appointments.

    Every query for an officer starts from here.
    """
    paths = {
        p.path
        for p in posts_of(user, on or timezone.localdate())
        if duty in (None, p.duty) and (p.may_write or not write)
    }
    # A subtree inside another adds nothing but a longer statement.
    tops = [p for p in paths if not any(p != q and p.startswith(q) for q in paths)]
    if not tops:
        return Union.objects.none()
    condition = Q()
    for path in sorted(tops):
        condition |= Q(path__startswith=path)
    return Union.objects.filter(condition)


def may(
    user: User, union: Union, duty: str | None = None, *, write: bool = False, on: date | None = None
) -> bool:
    """Tell whether a user may do a duty in this union, without a query beyond that of the appointments."""
    return bool(union.path) and any(
        union.path.startswith(p.path)
        for p in posts_of(user, on or timezone.localdate())
        if duty in (None, p.duty) and (p.may_write or not write)
    )


def chain_seen_by(user: User, union: Union, on: date) -> list[Union]:
    """
    Return those of today's unions above one, and itself, that a user may open, the top first. No query where the user
    was appointed at this very union, else one.
    """
    tops = [p.path for p in posts_of(user, on) if union.path.startswith(p.path)]
    ids = path_ids(union.path)
    first = min((len(path_ids(top)) for top in tops), default=len(ids)) - 1
    above = Union.objects.in_bulk(ids[first:-1]) if ids[first:-1] else {}
    return [*(above[i] for i in ids[first:-1] if i in above), union]


def sees_names(user: User, union: Union, on: date | None = None) -> bool:
    """Tell whether a user sees the members of this union by name: only from a post at a primary union."""
    return bool(union.path) and any(
        p.is_primary and union.path.startswith(p.path) for p in posts_of(user, on or timezone.localdate())
    )


def home_union(user: User, on: date | None = None) -> UUID | None:
    """Return the uppermost union a user is appointed at: where the officer's page opens."""
    posts = posts_of(user, on or timezone.localdate())
    return posts[0].union if posts else None


def officer_of(duty: str | None = None, *, write: bool = False, argument: str = "union") -> Policy:
    """
    Return the policy of a route whose argument names a union by uuid: only for officers with the duty there.
    Anybody else gets 404, as for a union that does not exist.
    """

    def allows(request: Any, **kwargs: Any) -> bool:
        found = officer_scope(request.user, duty, write=write).select_related("kind")
        request.officers_union = found.filter(uuid=kwargs[argument]).first()
        return request.officers_union is not None

    return Policy(f"officer_of:{duty or 'any'}:{'write' if write else 'read'}", allows, hides=True)


def is_superior(user: User, union: Union, duty: str | None = None, *, on: date | None = None) -> bool:
    """Tell whether a user may write for a duty at a union strictly above this one."""
    return bool(union.path) and any(
        union.path.startswith(p.path) and union.path != p.path
        for p in posts_of(user, on or timezone.localdate())
        if p.may_write and duty in (None, p.duty)
    )


def superior_of(duty: str | None = None, *, argument: str = "union") -> Policy:
    """
    Return the policy of a route whose argument names a union by uuid: only for officers with the duty, to write, at a
    union above it. Anybody else gets 404.
    """
    inside = officer_of(duty, write=True, argument=argument)

    def allows(request: Any, **kwargs: Any) -> bool:
        return inside.allows(request, **kwargs) and is_superior(request.user, request.officers_union, duty)

    return Policy(f"superior_of:{duty or 'any'}", allows, hides=True)


def union_asked(request: Any) -> Union:
    """Return the union that ``officer_of`` let somebody open, with its kind: it is read once a request."""
    union: Union = request.officers_union
    return union


any_officer = Policy("any_officer", lambda request, **kwargs: is_officer(request.user))


def officers_of(union: Union, duty: str, *, on: date) -> list[UUID]:
    """Return the persons appointed at exactly this union to a duty with the right to write: whom a task is told to."""
    rows = Appointment.objects.filter(active(on), union=union, duty=duty, may_write=True)
    return list(
        rows.filter(officer__is_active=True).values_list("officer__person__uuid", flat=True).distinct()
    )
