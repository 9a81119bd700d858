"""
Answers that are the same for everybody, kept between requests until what they were made from changes.

A subject ("catalogue") has a stamp; answers are kept under it. ``outdated`` gives the subject another stamp, so what
was made before is never asked for again. The cache is shared by web and worker (Redis, or files on the embedded
profile): who publishes is seldom who shows. What a process got from there it has at hand for a moment: reading a file and
making objects of it cost more than a question to the database. So what is returned is read, never changed.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from django.core.cache import caches
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save
from redis.exceptions import RedisError

CATALOGUE = "catalogue"
"""Courses and instructors as their cards show them."""
TREE = "tree"
"""Unions and their goals."""
NOTICES = "notices"
"""What unions tell and ask their members: notices and programmes."""
KEPT_S = 300
"""Nothing is older, even if a process died between its commit and telling so."""
AT_HAND_S = 30
MOST_AT_HAND = 2_000
T = TypeVar("T")
log = structlog.get_logger(__name__)


def kept(subject: str, name: str, make: Callable[[], T]) -> T:
    """Return what was made under a name since the subject changed last, else make it."""
    return kept_many(subject, [name], lambda _names: {name: make()})[name]


def kept_many(
    subject: str, names: Sequence[str], make: Callable[[Sequence[str]], dict[str, T]]
) -> dict[str, T]:
    """Return what was made under these names; ``make`` is asked once for all that are missing."""
    if not names:
        return {}
    cache = caches["shared"]
    try:
        # The stamp is read before the rows: what changes in between is kept under a stamp nobody asks for again.
        stamp = _stamp(cache, subject)
        keys = {f"kept:{subject}:{stamp}:{name}": name for name in names}
        found = _at_hand(keys)
        if further := [key for key, name in keys.items() if name not in found]:
            got = cache.get_many(further)
            _take_in_hand(got)
            found |= {keys[key]: value for key, value in got.items()}
    except (RedisError, OSError):
        log.warning("kept_unreachable", subject=subject)
        return make(names)
    if missing := [name for name in names if name not in found]:
        made = make(missing)
        _set(cache, {key: made[name] for key, name in keys.items() if name in made})
        found |= made
    return found


def _at_hand(keys: dict[str, str]) -> dict[str, Any]:
    """Return what this process had of these keys a moment ago, by the keys' names."""
    now = time.time()
    near = ((name, _AT_HAND.get(key)) for key, name in keys.items())
    return {name: one[1] for name, one in near if one is not None and now < one[0]}


def _take_in_hand(values: dict[str, Any]) -> None:
    if len(_AT_HAND) + len(values) > MOST_AT_HAND:
        _AT_HAND.clear()
    until = time.time() + AT_HAND_S
    _AT_HAND.update((key, (until, value)) for key, value in values.items())


def outdated(subject: str) -> None:
    """
    Let nobody have what was kept of a subject: from now on for this transaction, and once more when it has committed,
    because others may have kept the old rows in the meantime.
    """
    waiting = transaction.get_connection().run_on_commit
    renew = _RENEWALS.setdefault(subject, partial(_renew, subject))
    renew()
    if not any(call is renew for _, call, *_ in waiting):
        transaction.on_commit(renew, robust=True)


def outdated_by(subject: str, *senders: type[models.Model]) -> None:
    """Let every row of these tables that is saved or deleted outdate a subject."""
    for sender in senders:
        for signal in (post_save, post_delete):
            uid = f"kept.{subject}.{sender.__name__}"
            signal.connect(lambda **_: outdated(subject), sender=sender, weak=False, dispatch_uid=uid)


_AT_HAND: dict[str, tuple[float, Any]] = {}
"""Key → until when, value. The key has the subject's stamp in it, so nothing here outlives a change."""

_RENEWALS: dict[str, Callable[[], None]] = {}


def _stamp(cache: Any, subject: str) -> str:
    key = f"kept:{subject}"
    stamp = cache.get(key)
    if stamp is None:
        cache.add(key, uuid.uuid4().hex, None)
        stamp = cache.get(key)
    return str(stamp)


def _renew(subject: str) -> None:
    try:
        caches["shared"].set(f"kept:{subject}", uuid.uuid4().hex, None)
    except (RedisError, OSError):
        log.warning("kept_unreachable", subject=subject)


def _set(cache: Any, values: dict[str, Any]) -> None:
    try:
        cache.set_many(values, KEPT_S)
    except (RedisError, OSError):
        log.warning("kept_unreachable")
