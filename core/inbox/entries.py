"""What stands in the message centre, whatever it comes from, and the sources that are asked when somebody looks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.inbox.models import Message, ReadEntries

CATEGORIES: dict[str, tuple[Promise, str, frozenset[str]]] = {
    "union": (_("工会"), "group", frozenset({"join", "notice", "import", "return"})),
    "course": (_("课程"), "book", frozenset({"course", "review", "video", "instructor"})),
    "study": (_("学时"), "ruler", frozenset({"study", "programme", "objection", "correction", "record"})),
    "system": (_("系统"), "info", frozenset()),
}
"""Key of a category: its name, its icon, what kinds begin with. What nobody claims is the system's."""


def category_of(kind: str) -> str:
    """
    Return the category of a kind.

    >>> category_of("join.confirmed"), category_of("video.ready"), category_of("token.expires")
    ('union', 'course', 'system')
    """
    head = kind.partition(".")[0]
    return next((key for key, (_name, _icon, heads) in CATEGORIES.items() if head in heads), "system")


@dataclass(frozen=True)
class Entry:
    """
    One line of the message centre. ``key`` is unique in a person's centre: the uuid of a message, and for an entry of a
    source a word, a colon and whatever else it needs (no slash). ``is_task`` puts it under what is to be
    done, first what is due first. ``place`` orders entries of one instant.
    """

    key: str
    kind: str
    title: str
    at: datetime
    body: str = ""
    url: str = ""
    action: str = ""
    source: str = ""
    source_name: str = ""
    is_task: bool = False
    state: str = Message.State.UNREAD
    due_at: datetime | None = None
    """Until when a task can be done, or a notice holds."""
    is_over: bool = False
    """Its time has passed."""
    is_late: bool = False
    """It is due within days: said with a word and in colour."""
    is_day: bool = False
    """Only the day of ``at`` is known."""
    place: int = 0

    @property
    def is_new(self) -> bool:
        return self.state == Message.State.UNREAD and not self.is_over

    @property
    def is_done(self) -> bool:
        return self.state == Message.State.DONE

    @property
    def is_open_task(self) -> bool:
        return self.is_task and not self.is_done and not self.is_over

    @property
    def category(self) -> str:
        return category_of(self.kind)

    @property
    def icon(self) -> str:
        return CATEGORIES[self.category][1]


SOON = timedelta(days=3)
Source = Callable[[Any, datetime], Iterable[Entry]]
_SOURCES: dict[Source, bool] = {}


def register_source(source: Source, *, rings: bool) -> Source:
    """
    Let ``source(user, now)`` add entries to everybody's message centre. It answers in a constant number of statements
    and with a bounded number of entries; the newest come first. With ``rings`` its unread ones count on the bell, so it
    is asked on pages of all kinds and must be cheap; without, it is asked by the message centre only, and its entries
    are never new (what a learner still has to do stands on the first page already).
    """
    _SOURCES[source] = rings
    return source


def entry_of(message: Message, now: datetime) -> Entry:
    """Return a row as an entry."""
    return Entry(
        key=str(message.uuid),
        kind=message.kind,
        title=message.title,
        at=message.created_at,
        body=message.body,
        url=message.url,
        action=message.action,
        source=message.source,
        source_name=message.source_name,
        is_task=message.is_task,
        state=message.state,
        due_at=message.expires_at,
        is_late=message.expires_at is not None and message.expires_at - now <= SOON,
        is_over=message.expires_at is not None and message.expires_at <= now,
        place=message.pk,
    )


def live_entries(user: Any, now: datetime, *, ringing_only: bool = False) -> list[Entry]:
    """Return what the sources have for a user, each new or read."""
    ringing: list[Entry] = []
    silent: list[Entry] = []
    for source, rings in _SOURCES.items():
        if rings:
            ringing += source(user, now)
        elif not ringing_only:
            silent += [replace(entry, state=Message.State.READ) for entry in source(user, now)]
    if ringing:
        seen = read_keys(user.person.uuid)
        ringing = [replace(e, state=Message.State.READ) if e.key in seen else e for e in ringing]
    return ringing + silent


def read_keys(person: Any) -> set[str]:
    """Return the keys of the entries that a person has read."""
    return set(ReadEntries.objects.filter(person=person).values_list("keys", flat=True).first() or ())
