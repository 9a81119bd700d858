"""
SQLite has one writer at a time: the threads of a process write together what they have.

Who waits for the file's lock does not queue but looks again after a while, up to 0.1 s, and each commit waits for the disk. So
whoever of a process has the turn writes what the others have brought meanwhile in the same transaction, and nobody is
answered before it is committed.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from django.db import DatabaseError, transaction

T = TypeVar("T")


@dataclass(slots=True)
class _Waiting(Generic[T]):
    """What a thread wants written. ``done`` is None until it is: whether the learner's row was as it had been read."""

    changes: T
    done: bool | None = None
    error: BaseException | None = None


class OneWriter(Generic[T]):
    """
    Writes what several threads bring in one transaction.

    ``write`` writes the changes of one request inside a transaction, or nothing of them, and tells which. Not to be used
    inside a transaction: its thread would hold the file while it waits for its turn.
    """

    def __init__(self, write: Callable[[T], bool]) -> None:
        self._write = write
        self._turn = Lock()
        self._waiting: deque[_Waiting[T]] = deque()

    def save(self, changes: T) -> bool:
        """
        Return, after the commit, whether these changes were written.

        :raises DatabaseError: what writing these very changes raised.
        """
        mine = _Waiting(changes)
        self._waiting.append(mine)
        with self._turn:
            if mine.done is None and mine.error is None:
                self._write_all()
        if mine.error is not None:
            raise mine.error
        return bool(mine.done)

    def _write_all(self) -> None:
        batch = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        try:
            with transaction.atomic():
                done = [self._write(each.changes) for each in batch]
        except DatabaseError:
            self._write_each(batch)  # one of them is refused: the others must not suffer for it
            return
        except BaseException as error:
            for each in batch:
                each.error = error
            raise
        for each, written in zip(batch, done, strict=True):
            each.done = written

    def _write_each(self, batch: list[_Waiting[T]]) -> None:
        for each in batch:
            try:
                with transaction.atomic():
                    done = self._write(each.changes)
            except DatabaseError as error:
                each.error = error
            else:
                each.done = done
