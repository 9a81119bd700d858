"""
Opening an archive from a stranger: the one guard for workbooks, documents and course packages.

What it says of itself is looked at before anything of it is unpacked, and no more is ever unpacked than it said. Each
reader says in its own words what a refusal means to people; here it is only a :class:`Danger`.
"""

import stat
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from xml.parsers import expat

_END = b"PK\x05\x06"
_END_SIZE = 22
_FAR = b"PK\x06\x07"
_FAR_SIZE = 20
_COMMENT_MOST = 65_535
_ENTRY_MOST = 46 + 1_000
"""Bytes of one entry in the directory: its fixed part, and a name with all that may follow it."""
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_OLE = b"\xd0\xcf\x11\xe0"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_HEAD = 65_536
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    KeyError,
)


class Danger(StrEnum):
    """Why an archive is not opened."""

    NO_ARCHIVE = "no_archive"
    TOO_LARGE = "too_large"
    OUTSIDE = "outside"
    LOCKED = "locked"
    MACROS = "macros"
    TWICE = "twice"
    DAMAGED = "damaged"
    ENTITIES = "entities"


class UnsafeArchive(ValueError):
    """An archive that is not opened, or a part that is not read; ``name`` is the part's, if it is about one."""

    def __init__(self, danger: Danger, name: str = "") -> None:
        super().__init__(f"{danger}: {name}" if name else str(danger))
        self.danger = danger
        self.name = name


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: entries, and bytes when all of it is unpacked."""

    entries: int
    unpacked: int


class Archive:
    """The parts of an archive by name, each unpacked when it is asked for."""

    def __init__(self, file: BinaryIO, *, limits: Limits) -> None:
        """
        Open an archive and look at what it says of itself.

        :raises UnsafeArchive: if it is no archive, holds more than the limits, a name twice, names that climb out,
            links, something locked, compressed in an unusual way, or macros of an office program.
        """
        _look_at_directory(file, limits)
        try:
            self._zip = zipfile.ZipFile(file)
            entries = self._zip.infolist()
        except _DAMAGED as error:
            raise UnsafeArchive(Danger.NO_ARCHIVE) from error
        if len(entries) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked:
            raise UnsafeArchive(Danger.TOO_LARGE)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _look_at_entry(entry)
            if entry.filename in self._entries:
                raise UnsafeArchive(Danger.TWICE, entry.filename)
            self._entries[entry.filename] = entry
        kinds = self.read("[Content_Types].xml").lower() if "[Content_Types].xml" in self._entries else b""
        if b"macroenabled" in kinds or b"vbaproject" in kinds:
            raise UnsafeArchive(Danger.MACROS)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self._entries if name.startswith(prefix))

    def size_of(self, name: str) -> int:
        """Return how many bytes a part says it has unpacked; reading it never gives more."""
        return self._entries[name].file_size

    def open(self, name: str) -> BinaryIO:
        """
        Return a part to read in pieces; what is damaged shows only while reading (``zipfile.BadZipFile``, ``zlib.error``).

        :raises UnsafeArchive: if it cannot even be begun.
        """
        try:
            return self._zip.open(name)  # type: ignore[return-value]
        except _DAMAGED as error:
            raise UnsafeArchive(Danger.DAMAGED, name) from error

    def read(self, name: str) -> bytes:
        """
        Return a part as a whole.

        :raises UnsafeArchive: if it is damaged.
        """
        try:
            return self._zip.read(name)
        except _DAMAGED as error:
            raise UnsafeArchive(Danger.DAMAGED, name) from error

    def refuse_entities(self, name: str) -> None:
        """
        Look whether a part declares a document type, the place of entities, before its first element: no office program
        writes one. What is no XML passes.

        :raises UnsafeArchive: if it does, or is damaged.
        """
        with self.open(name) as part:
            try:
                if _declares_type(part):
                    raise UnsafeArchive(Danger.ENTITIES, name)
            except _DAMAGED as error:
                if isinstance(error, UnsafeArchive):
                    raise
                raise UnsafeArchive(Danger.DAMAGED, name) from error


def holds_macros(content: bytes) -> bool:
    """
    Tell whether a file is one of an office program with macros, old format or new.

    >>> holds_macros("工艺卡".encode())
    False
    """
    if content.startswith(_OLE):
        return _OLE_MACROS in content
    return content.startswith(b"PK") and b"vbaproject" in content.lower()


def _look_at_directory(file: BinaryIO, limits: Limits) -> None:
    """
    Refuse a directory of a hundred thousand entries by its size, before each of them becomes an object.

    Archives above 4 GB have a second directory whose numbers stand elsewhere: nothing that is brought in here is that
    large, so they are refused as they are.
    """
    size = file.seek(0, 2)
    start = max(0, size - _END_SIZE - _COMMENT_MOST)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    file.seek(0)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise UnsafeArchive(Danger.NO_ARCHIVE)
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_far = tail[max(0, at - _FAR_SIZE) : at].startswith(_FAR)
    if is_far or entries > limits.entries or directory > limits.entries * _ENTRY_MOST:
        raise UnsafeArchive(Danger.TOO_LARGE)


def _look_at_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    if not name or name.startswith("/") or ".." in name.split("/") or ":" in name:
        raise UnsafeArchive(Danger.OUTSIDE, entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeArchive(Danger.OUTSIDE, entry.filename)
    if entry.flag_bits & 1:
        raise UnsafeArchive(Danger.LOCKED, entry.filename)
    if "vbaproject" in name.lower():
        raise UnsafeArchive(Danger.MACROS, entry.filename)
    if entry.compress_type not in _PLAIN:
        raise UnsafeArchive(Danger.DAMAGED, entry.filename)


class _Found(Exception):
    """The first element was reached (False), or a document type before it (True)."""

    def __init__(self, is_declared: bool) -> None:
        self.is_declared = is_declared


def _declares_type(part: BinaryIO) -> bool:
    def declared(*_what: object) -> None:
        raise _Found(True)

    def element(*_what: object) -> None:
        raise _Found(False)

    head = part.read(_HEAD)
    plain = head.replace(b"\0", b"").upper()  # in UTF-16 every other byte is one
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        return True
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = element
    try:
        while head:
            parser.Parse(head, False)
            head = part.read(_HEAD)
    except _Found as found:
        return found.is_declared
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return False
