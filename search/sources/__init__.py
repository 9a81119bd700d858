"""
What each app's things say when they are searched: one module a kind, one function ``groups(ids)``.

A group is a thing and all that comes and goes with it; its key is ``kind:id``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from search.documents import SearchDocument
from search.sources import courses, instructors, occupations

Group = tuple[str, Sequence[SearchDocument]]
Source = Callable[[Collection[str] | None], Iterable[Group]]

SOURCES: Mapping[str, Source] = {
    "course": courses.groups,
    "occupation": occupations.groups,
    "instructor": instructors.groups,
}


def all_groups() -> Iterator[Group]:
    """Yield every group there is, from the database alone."""
    for source in SOURCES.values():
        yield from source(None)


def groups_of(keys: Iterable[str]) -> dict[str, Sequence[SearchDocument]]:
    """
    Return the groups with these keys as they are now; one that is gone, not public or of no kind that is searched is
    empty.
    """
    found: dict[str, Sequence[SearchDocument]] = {}
    wanted: dict[str, list[str]] = {}
    for key in keys:
        kind, _, identity = key.partition(":")
        wanted.setdefault(kind, []).append(identity)
        found[key] = ()
    for kind, ids in wanted.items():
        if kind in SOURCES:
            found.update(SOURCES[kind](ids))
    return found
