"""Load a dictionary once in a process, at its first use, even when two threads ask at the same moment."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """
    A value made at the first call. ``functools.cache`` would run the loader in each thread that comes early.

    >>> answer = Once(lambda: 42)
    >>> answer()
    42
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = Lock()
        self._value: T | None = None

    def __call__(self) -> T:
        value = self._value
        if value is None:
            with self._lock:
                if self._value is None:
                    self._value = self._load()
                value = self._value
        return value
