"""
Whether the index is as the database is: how far it lags behind, what is different, and how that is put right.

Keys are compared all of them, contents by their digests: all up to a limit, a random sample beyond it. What differs
is written anew from the database, so a difference that only came from a change at that moment does no harm.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from core.jobs.models import Job
from core.models import OutboxMessage
from search.documents import SCHEMA, prepare
from search.engines import SearchRequest, Stored, engine
from search.models import IndexState
from search.operations import TOPICS, UPDATE, Clock, update_index
from search.sources import Group, all_groups

SAMPLE = 5_000
"""So many things are compared byte by byte; segmenting them takes one or two seconds."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """
    ``by_type``: kind to (rows in the index, rows the database calls for). ``waiting`` counts changes on their way,
    ``lag_ms`` is how long the oldest of them has waited. ``drift`` is how many rows one of both has too many.
    """

    engine: str
    index: str
    schema: int
    rows: int
    by_type: dict[str, tuple[int, int]]
    waiting: int
    lag_ms: int
    rebuilding: bool

    @property
    def drift(self) -> int:
        return sum(abs(here - there) for here, there in self.by_type.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, as keys of rows: not in the index, in it for nothing, with old content; and the groups they are in."""

    rows: int
    compared: int
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    groups: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.groups)


def index_status(*, now: datetime) -> IndexStatus:
    """
    Return how the index stands.

    :raises SearchUnavailable: if the engine does not answer.
    """
    target = engine()
    target.refresh()
    page = target.search(SearchRequest(facets=("type",), size=0))
    here, there = dict(page.facets["type"]), _types_of(all_groups())
    jobs = Job.objects.filter(kind=UPDATE, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    facts = OutboxMessage.objects.filter(topic__in=[f"{topic}>search" for topic in TOPICS])
    waiting_since = [
        *jobs.order_by("created_at").values_list("created_at", flat=True)[:1],
        *facts.order_by("created_at").values_list("created_at", flat=True)[:1],
    ]
    return IndexStatus(
        engine=target.name,
        index=target.index_name(),
        schema=SCHEMA,
        rows=page.total,
        by_type={kind: (here.get(kind, 0), there.get(kind, 0)) for kind in sorted({*here, *there})},
        waiting=jobs.count() + facts.count(),
        lag_ms=max((int((now - since).total_seconds() * 1000) for since in waiting_since), default=0),
        rebuilding=IndexState.objects.filter(rebuild__isnull=False).exists(),
    )


def compare(*, sample: int = SAMPLE, seed: int = 0) -> Comparison:
    """
    Compare the index with what a rebuild would write. One difference of content in a sample has everything compared.

    :raises SearchUnavailable: if the engine does not answer.
    """
    target = engine()
    target.refresh()
    stored = {row.key: row for row in target.contents()}
    found = _compared(stored, sample=sample, seed=seed)
    return found if not found.stale or found.compared == found.rows else _compared(stored)


def repair(found: Comparison, *, clock: Clock) -> int:
    """
    Write anew what differs; return how many things (a course with its lessons is one).

    :raises IndexBusy: if another writer does not finish in time.
    :raises SearchUnavailable: if the engine does not answer.
    """
    return update_index(keys=found.groups, clock=clock)


def _compared(stored: dict[str, Stored], *, sample: int | None = None, seed: int = 0) -> Comparison:
    chosen = random.Random(seed)  # noqa: S311 - no secret: which rows are looked at
    groups: set[str] = set()
    missing: list[str] = []
    stale: list[str] = []
    seen: set[str] = set()
    compared = 0
    whole = sample is None or len(stored) <= sample
    share = 1.0 if whole or sample is None else sample / len(stored)
    for group, documents in all_groups():
        for document in documents:
            seen.add(document.key)
            row = stored.get(document.key)
            if row is None or row.part_of != group:
                missing.append(document.key)
                groups |= {group, *([row.part_of] if row else [])}
            elif whole or chosen.random() < share:
                compared += 1
                if prepare(document).digest != row.digest:
                    stale.append(document.key)
                    groups.add(group)
    extra = sorted(stored.keys() - seen)
    groups |= {stored[key].part_of for key in extra}
    rows = len(seen & stored.keys())
    return Comparison(rows, compared, tuple(missing), tuple(extra), tuple(stale), frozenset(groups))


def _types_of(groups: Iterable[Group]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for _key, documents in groups:
        for document in documents:
            counts[document.type] = counts.get(document.type, 0) + 1
    return counts
