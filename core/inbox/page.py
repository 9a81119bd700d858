"""One page of the message centre: what is to be done first, then what one was told, newest first, by cursor."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from core.db import lock_rows
from core.inbox import bell
from core.inbox.entries import CATEGORIES, Entry, category_of, entry_of, live_entries
from core.inbox.messages import mark_all_read as mark_messages_read
from core.inbox.models import Message, ReadEntries

A_PAGE = 20
TASKS = 100
"""More open tasks than anybody works through at one sitting; the rest follows as these are done."""


class Show(StrEnum):
    """What a person may look through the centre for: one thing at a time."""

    ALL = ""
    UNREAD = "unread"
    UNION = "union"
    COURSE = "course"
    STUDY = "study"
    SYSTEM = "system"


@dataclass(frozen=True)
class Cursor:
    """
    The place of the last entry that was shown, as it stands in an address.

    >>> str(Cursor(1_767_196_800_000_000, 7)), Cursor.read("1767196800000000-7"), Cursor.read("x")
    ('1767196800000000-7', Cursor(micros=1767196800000000, place=7), None)
    """

    micros: int
    place: int

    def __str__(self) -> str:
        return f"{self.micros}-{self.place}"

    @classmethod
    def of(cls, entry: Entry) -> "Cursor":
        return cls(_micros(entry.at), entry.place)

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        micros, _, place = text.partition("-")
        if not (micros.isdecimal() and place.isdecimal() and len(micros) <= 17 and len(place) <= 18):
            return None
        return cls(int(micros), int(place))

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.micros // 1_000_000, UTC).replace(
            microsecond=self.micros % 1_000_000
        )


@dataclass(frozen=True)
class Page:
    tasks: list[Entry] = field(default_factory=list)
    told: list[Entry] = field(default_factory=list)
    earlier: Cursor | None = None
    """Where the next page begins; None on the last one."""
    unread: int = 0


def page_of(user: Any, *, now: datetime, show: Show = Show.ALL, after: Cursor | None = None) -> Page:
    """Return a page: three statements and those of the sources. Tasks stand on the first one only."""
    live = [entry for entry in live_entries(user, now) if _is_shown(entry, show)]
    own = _filtered(Message.objects.filter(recipient=user.person.uuid), show, now)
    is_open = Q(is_task=True) & ~Q(state=Message.State.DONE) & _not_over(now)
    rows = own.exclude(is_open).order_by("-created_at", "-id")
    if after is not None:
        rows = rows.filter(Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.place))
    told = [entry_of(message, now) for message in rows[: A_PAGE + 1]]
    told += [entry for entry in live if not entry.is_open_task and _is_after(entry, after)]
    told.sort(key=lambda entry: (entry.at, entry.place), reverse=True)
    shown = told[:A_PAGE]
    tasks: list[Entry] = []
    if after is None:
        stored = own.filter(is_open).order_by("-created_at", "-id")[:TASKS]
        tasks = [entry_of(message, now) for message in stored]
        tasks += [entry for entry in live if entry.is_open_task]
        tasks.sort(key=lambda e: (e.due_at is None, e.due_at or e.at, -_micros(e.at)))
    return Page(
        tasks=tasks,
        told=shown,
        earlier=Cursor.of(shown[-1]) if len(told) > A_PAGE else None,
        unread=bell.bell_count(user, now),
    )


def find(user: Any, *, key: str, now: datetime) -> Entry | None:
    """Return one of a user's own entries, or None."""
    return next((entry for entry in live_entries(user, now) if entry.key == key), None)


@transaction.atomic
def read_entry(user: Any, *, keys: list[str], now: datetime) -> None:
    """Note that a user has read these entries of sources."""
    person = user.person.uuid
    row, _ = ReadEntries.objects.get_or_create(person=person)
    row = lock_rows(ReadEntries.objects.filter(pk=row.pk)).get()
    current = {entry.key for entry in live_entries(user, now, ringing_only=True)}
    row.keys = sorted(current & {*row.keys, *keys})
    row.save(update_fields=["keys"])
    bell.forget([person])


@transaction.atomic
def read_all(user: Any, *, now: datetime) -> None:
    """Note that a user has read everything there is."""
    mark_messages_read(person=user.person.uuid)
    keys = [entry.key for entry in live_entries(user, now, ringing_only=True)]
    if keys:
        read_entry(user, keys=keys, now=now)


def _filtered(rows: QuerySet[Message], show: Show, now: datetime) -> QuerySet[Message]:
    if show is Show.ALL:
        return rows
    if show is Show.UNREAD:
        return rows.filter(_not_over(now), state=Message.State.UNREAD)
    if show is Show.SYSTEM:
        claimed = [head for _name, _icon, heads in CATEGORIES.values() for head in heads]
        return rows.exclude(_begins(claimed))
    return rows.filter(_begins(CATEGORIES[show.value][2]))


def _begins(heads: Any) -> Q:
    return reduce(or_, [Q(kind__startswith=f"{head}.") | Q(kind=head) for head in sorted(heads)])


def _not_over(now: datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)


def _is_shown(entry: Entry, show: Show) -> bool:
    if show is Show.UNREAD:
        return entry.is_new
    return show is Show.ALL or category_of(entry.kind) == show.value


def _is_after(entry: Entry, after: Cursor | None) -> bool:
    return after is None or (_micros(entry.at), entry.place) < (after.micros, after.place)


def _micros(at: datetime) -> int:
    whole = at.replace(microsecond=0)
    return int(whole.timestamp()) * 1_000_000 + at.microsecond
