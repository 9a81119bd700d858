"""A cache in files that counts rightly when several processes of one machine count at once."""

import fcntl
import pickle
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache


class CountingFileCache(FileBasedCache):
    """Django's file cache, with ``add`` and ``incr`` that no other process comes between, and ``incr`` that keeps the
    end of the window: Django's own begins a new one of five minutes."""

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        with self._alone():
            return bool(super().add(key, value, timeout, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        with self._alone():
            try:
                with self._file(key, version).open("rb") as file:
                    ends = pickle.load(file)  # noqa: S301  # our own file, as Django's cache reads it
                    value: int = pickle.loads(zlib.decompress(file.read())) + delta  # noqa: S301
            except FileNotFoundError:
                raise ValueError(key) from None
            left = None if ends is None else ends - time.time()
            if left is not None and left <= 0:
                raise ValueError(key)
            self.set(key, value, left, version)
            return value

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = self._file("lock").parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "counting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _file(self, key: Any, version: int | None = None) -> Path:
        return Path(self._key_to_file(key, version))  # type: ignore[attr-defined]  # the stubs leave it out
