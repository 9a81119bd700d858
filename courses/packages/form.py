"""
The bytes of a package: ``course.json`` and each file once, under its SHA-256. The same course gives the same bytes.

Nothing is compressed: pictures and videos are already, and what a compressor makes of a text differs from one release of
it to the next.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

FORMAT = "skillspower-course"
VERSION = 1
INDEX = "course.json"
FOLDER = "files/"
MAX_BYTES = 2_000_000_000
"""Of a whole package: what a form takes in one go, and what an archive can name without a second directory."""
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1024 * 1024
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class PackageFile:
    """A file to pack: its hash as the library knows it, its size in bytes, and how to read it."""

    sha256: str
    size: int
    open: Callable[[], IO[bytes]]


class ChangedFile(ValueError):
    """A file of the library is not the one it was taken in as; the message is its hash."""


def index_bytes(index: dict[str, Any]) -> bytes:
    """
    Return an index written in one way only, readable with any editor.

    >>> print(index_bytes({"b": 1, "a": "弧"}).decode(), end="")
    {
     "a": "弧",
     "b": 1
    }
    """
    return (json.dumps(index, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def write_package(
    target: BinaryIO, *, index: dict[str, Any], files: Iterable[PackageFile], progress: Progress
) -> None:
    """
    Write a package; ``progress`` takes bytes done, bytes in all, and nothing to say.

    :raises ChangedFile: if a file has other content than its hash says.
    :raises OSError: if a file cannot be read, or the package not be written.
    """
    wanted = sorted({file.sha256: file for file in files}.values(), key=lambda file: file.sha256)
    total, done = sum(file.size for file in wanted), 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=False) as package:
        package.writestr(_entry(INDEX), index_bytes(index))
        for file in wanted:
            digest = hashlib.sha256()
            with file.open() as source, package.open(_entry(FOLDER + file.sha256, file.size), "w") as out:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
                    done += len(chunk)
                    progress(done, total, "")
            if digest.hexdigest() != file.sha256:
                raise ChangedFile(file.sha256)


def _entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _BEGINNING)
    entry.create_system = 3  # the same on every machine that packs
    entry.external_attr = 0o100644 << 16
    entry.compress_type = zipfile.ZIP_STORED
    entry.file_size = size
    return entry
