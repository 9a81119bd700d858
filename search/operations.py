"""Keeping the index as the database is: single things as they change, and all of it anew."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.jobs import enqueue
from core.models import OutboxMessage
from search.documents import Row, prepare
from search.engines import SearchEngine, SearchRequest, SearchUnavailable, engine
from search.models import IndexReplay, IndexState
from search.sources import all_groups, groups_of

Clock = Callable[[], datetime]

LEASE = timedelta(seconds=60)
"""How long a writer that died keeps others waiting. A batch takes far less."""
PATIENCE_S = 20.0
BATCH = 50
REBUILD_AT_MOST = timedelta(hours=6)
"""A rebuild older than this has died; another may begin."""

TOPICS: dict[str, Callable[[OutboxMessage], str]] = {
    "course.published": lambda message: f"course:{message.payload['course']}",
}
"""Facts of the apps below, and the key of what they change in the index."""
POSTPONE = timedelta(seconds=15)

UPDATE, REBUILD = "search.update", "search.rebuild"


class IndexBusy(Exception):
    """Another worker is writing, or another rebuild is running. Trying again later is right."""


def request_update(*, keys: Iterable[str], not_before: datetime | None = None) -> None:
    """
    Have these things written to the index after the transaction commits, whatever is killed meanwhile.

    Keys are ``course:<page id>``, ``occupation:<code>``, ``instructor:<uuid>``.
    """
    wanted = sorted(set(keys))
    if wanted:
        enqueue(kind=UPDATE, payload={"keys": wanted}, run_after=not_before)


def update_index(*, keys: Iterable[str], clock: Clock) -> int:
    """
    Write these things to the index as they are now; return how many.

    :raises IndexBusy: if another writer does not finish in time.
    :raises SearchUnavailable: if the engine cannot be reached.
    """
    wanted = sorted(set(keys))
    target = engine()
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        with _lease(clock):
            _write(target, batch)
            if IndexState.objects.filter(rebuild__isnull=False).exists():
                IndexReplay.objects.bulk_create(IndexReplay(key=key) for key in batch)
    return len(wanted)


def rebuild_index(*, clock: Clock) -> int:
    """
    Build the whole index anew from the database and put it in place of the old one; return how many rows.

    Searches go on meanwhile, and so do updates: they go to the old index and are written again to the new one.

    :raises IndexBusy: if a rebuild is running, or another writer does not finish in time.
    :raises SearchUnavailable: if the engine cannot be reached.
    """
    token = uuid.uuid4()
    target = engine()
    with _lease(clock):
        now = clock()
        dead = Q(rebuild__isnull=True) | Q(rebuild_began_at__lt=now - REBUILD_AT_MOST)
        if not IndexState.objects.filter(dead).update(rebuild=token, rebuild_began_at=now):
            raise IndexBusy("a rebuild is running")
        IndexReplay.objects.all().delete()

    @contextmanager
    def swap() -> Iterator[None]:
        with _lease(clock):
            yield
            missed = sorted(set(IndexReplay.objects.values_list("key", flat=True)))
            for start in range(0, len(missed), BATCH):
                _write(target, missed[start : start + BATCH])

    try:
        return target.rebuild(_all_rows(), swap=swap())
    finally:
        IndexState.objects.filter(rebuild=token).update(rebuild=None, rebuild_began_at=None)


def request_first_build() -> bool:
    """
    Have the index built if it is empty and the database is not; tell whether that was asked for.

    A new schema begins with an empty index, because its name differs: without this, an upgrade would find nothing.
    """
    try:
        is_empty = engine().search(SearchRequest(size=0)).total == 0
    except SearchUnavailable:
        return False
    if not is_empty or next(all_groups(), None) is None:
        return False
    enqueue(kind=REBUILD, payload={}, dedupe_key=REBUILD)
    return True


def end_dead_rebuild() -> None:
    """Let a rebuild begin at once after one that was killed. For who knows that no other process is at it."""
    IndexState.objects.filter(rebuild__isnull=False).update(rebuild=None, rebuild_began_at=None)


def _write(target: SearchEngine, keys: list[str]) -> None:
    groups = groups_of(keys)
    target.replace({key: [prepare(document) for document in groups[key]] for key in keys})


def _all_rows() -> Iterator[Row]:
    for _, documents in all_groups():
        for document in documents:
            yield prepare(document)


@contextmanager
def _lease(clock: Clock) -> Iterator[None]:
    """
    Be the only writer for a moment.

    :raises IndexBusy: if another one does not finish in time.
    """
    token = uuid.uuid4()
    deadline = time.monotonic() + PATIENCE_S
    while not _take(token, clock()):
        if time.monotonic() > deadline:
            raise IndexBusy("another worker is writing")
        time.sleep(0.02)
    try:
        yield
    finally:
        IndexState.objects.filter(lease=token).update(lease=None, leased_until=None)


def _take(token: uuid.UUID, now: datetime) -> bool:
    free = Q(lease__isnull=True) | Q(leased_until__lt=now)
    if IndexState.objects.filter(free).update(lease=token, leased_until=now + LEASE):
        return True
    if IndexState.objects.exists():
        return False
    try:
        with transaction.atomic():
            IndexState.objects.create(pk=1, lease=token, leased_until=now + LEASE)
    except IntegrityError:  # another one was faster by a moment
        return False
    return True
