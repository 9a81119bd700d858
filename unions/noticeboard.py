"""
Which notices somebody sees: those of the unions above the own membership, and above the unions one works for, each with
itself. Asked at reading, so a transfer shows at once, and a notice to a province writes one row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.kept import NOTICES, kept_many
from core.policies import Policy
from unions.models import Membership, Notice, Union
from unions.policies import may, posts_of
from unions.queries import active
from unions.rules import path_ids

OVER_DAYS = 60
"""So long one still finds a notice that is over, in the message centre."""
OF_ONE_UNION = 30
WRITERS = ("training", "membership")
"""The duties that may write notices: whoever trains members and whoever keeps the roll."""


@dataclass(frozen=True)
class NoticeLine:
    """A notice in a list."""

    id: int
    uuid: UUID
    union: UUID
    union_name: str
    title: str
    text: str
    url: str
    active_from: date
    active_to: date
    published_at: datetime

    def is_current(self, on: date) -> bool:
        return self.active_from <= on < self.active_to


def own_path(user: Any, on: date) -> str:
    """Return today's path of the union a user is a member of on a day, or nothing. One query a user and day."""
    cache: dict[date, str] | None = getattr(user, "_own_path", None)
    if cache is None:
        cache = user._own_path = {}
    if on not in cache:
        rows = Membership.objects.filter(active(on), member=user.person_id)
        cache[on] = rows.values_list("union__path", flat=True).first() or ""
    return cache[on]


def concerned_ids(user: Any, on: date) -> list[int]:
    """Return the ids of the unions whose notices concern a user on a day."""
    paths = [own_path(user, on), *(post.path for post in posts_of(user, on))]
    return sorted({pk for path in paths for pk in path_ids(path)})


def notices_for(ids: Sequence[int], on: date) -> list[NoticeLine]:
    """Return the notices of these unions that have begun and were not taken back, newest first."""
    today = timezone.localdate()

    def read(names: Sequence[str]) -> dict[str, list[NoticeLine]]:
        found: dict[str, list[NoticeLine]] = {name: [] for name in names}
        rows = Notice.objects.filter(
            union__in=[int(name.removeprefix("of:")) for name in names],
            withdrawn_at__isnull=True,
            active_to__gt=today - timedelta(days=OVER_DAYS),
        )
        for notice in rows.select_related("union").order_by("-published_at", "-pk"):
            lines = found[f"of:{notice.union_id}"]
            if len(lines) < OF_ONE_UNION:
                lines.append(_line(notice))
        return found

    by_union = kept_many(NOTICES, [f"of:{pk}" for pk in ids], read)
    lines = [line for lines in by_union.values() for line in lines if line.active_from <= on]
    return sorted(lines, key=lambda line: (line.published_at, line.id), reverse=True)


def current_notices(ids: Sequence[int], on: date, *, limit: int | None = None) -> list[NoticeLine]:
    """Return those that hold on a day, newest first."""
    return [line for line in notices_for(ids, on) if line.is_current(on)][:limit]


def notices_of(union: Union) -> Iterable[Notice]:
    """Return everything a union ever told, for those who write there, newest first."""
    rows = Notice.objects.filter(union=union).select_related("published_by__person", "withdrawn_by__person")
    return rows.order_by("-published_at", "-pk")


def may_write_notices(user: Any, union: Union) -> bool:
    """Tell whether a user may write notices of a union: an officer with one of these duties, who may write."""
    return any(may(user, union, duty, write=True) for duty in WRITERS)


def may_read_notice(user: Any, notice: Notice, on: date) -> bool:
    """Tell whether a notice is for a user: by the own unions, once it has begun and unless it was taken back; who writes there reads all."""
    if may_write_notices(user, notice.union):
        return True
    is_out = notice.withdrawn_at is None and notice.active_from <= on
    return is_out and notice.union_id in concerned_ids(user, on)


def _allows_writing(request: Any, **kwargs: Any) -> bool:
    union = Union.objects.filter(uuid=kwargs["union"]).first()
    return union is not None and may_write_notices(request.user, union)


def _allows_reading(request: Any, **kwargs: Any) -> bool:
    notice = Notice.objects.filter(uuid=kwargs["notice"]).select_related("union").first()
    return notice is not None and may_read_notice(request.user, notice, timezone.localdate())


notice_writer = Policy("notice_writer", _allows_writing, hides=True)
notice_reader = Policy("notice_reader", _allows_reading, hides=True)


def _line(notice: Notice) -> NoticeLine:
    return NoticeLine(
        id=notice.pk,
        uuid=notice.uuid,
        union=notice.union.uuid,
        union_name=notice.union.name,
        title=notice.title,
        text=notice.text,
        url=notice.url,
        active_from=notice.active_from,
        active_to=notice.active_to,
        published_at=notice.published_at,
    )
