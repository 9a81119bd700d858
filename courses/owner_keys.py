"""Owners of policies that may make a union's stricter: the lesson itself, and what higher apps know, a programme with it."""

from collections.abc import Callable, Sequence
from uuid import UUID

OwnerKeys = Callable[[UUID, UUID], Sequence[str]]
_REGISTERED: list[OwnerKeys] = []


def register_owner_keys(find: OwnerKeys) -> OwnerKeys:
    """
    Let an app above name owners of stricter policies: ``find(lesson uuid, person uuid)`` returns keys such
    as ``programme:<uuid>``, and is asked whenever the lesson is opened.
    """
    if find not in _REGISTERED:
        _REGISTERED.append(find)
    return find


def owner_keys_of(*, lesson: UUID, person: UUID) -> tuple[str, ...]:
    """Return the keys of all owners, each once: the lesson's own, then in the order of registration."""
    named = (key for find in _REGISTERED for key in find(lesson, person))
    return tuple(dict.fromkeys((f"lesson:{lesson}", *named)))
