"""
Reading a package from a stranger: looked at as a whole before anything of it is stored.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, BinaryIO

from django.utils.translation import gettext as _

from core.archives import Archive, Danger, Limits, UnsafeArchive, holds_macros
from courses.packages.form import FOLDER, INDEX, MAX_BYTES
from courses.packages.index import (
    MOST_FILES,
    MOST_SAID,
    FoundFile,
    Index,
    UnreadablePackage,
    no_package,
    parsed,
)
from courses.pictures import is_picture

LIMITS = Limits(entries=MOST_FILES + 1, unpacked=MAX_BYTES)
MAX_INDEX = 20_000_000
MAX_PICTURE = 30_000_000
MAX_DOCUMENT = 60_000_000
_CHUNK = 1024 * 1024
Progress = Callable[[int, int, str], None]


class PackageReader:
    """A package that was looked at; its files are read one by one."""

    def __init__(self, file: BinaryIO) -> None:
        """
        Open a package and read its index.

        :raises UnreadablePackage: if the archive means harm or is none, or its index is not what a package has.
        """
        if file.seek(0, 2) > MAX_BYTES:
            raise UnreadablePackage(_("文件超过 2 GB。把视频压小，或者把课分成几门。"))
        try:
            self._archive = Archive(file, limits=LIMITS)
            if INDEX not in self._archive:
                raise UnsafeArchive(Danger.NO_ARCHIVE)
            if self._archive.size_of(INDEX) > MAX_INDEX:
                raise UnreadablePackage(_("课程的文字超过 20 MB，不像一门课。"))
            content = self._archive.read(INDEX)
        except UnsafeArchive as error:
            raise UnreadablePackage(_refusal(error)) from error
        self.course = Index(parsed(content)).course()
        self._look_at_names()

    def _look_at_names(self) -> None:
        there = {name for name in self._archive.names() if not name.endswith("/")} - {INDEX}
        named = {FOLDER + sha for _kind, sha in self.course.files}
        said = [_("包里少了文件：{name}。").format(name=name) for name in sorted(named - there)]
        said += [
            _("包里有没写进目录的文件：{name}。").format(name=name[:80]) for name in sorted(there - named)
        ]
        if said:
            raise UnreadablePackage(*said[:MOST_SAID])

    def check_files(self, progress: Progress) -> None:
        """
        Read each file once: whether it is the one its name says, and what its kind says. ``progress`` takes bytes done
        and in all.

        :raises UnreadablePackage: if one is not.
        """
        shas = sorted({sha for _kind, sha in self.course.files})
        total, done, said = sum(self.size_of(sha) for sha in shas), 0, []
        for sha in shas:
            digest = hashlib.sha256()
            try:
                with self.open(sha) as source:
                    while chunk := source.read(_CHUNK):
                        digest.update(chunk)
                        done += len(chunk)
                        progress(done, total, "")
            except (UnsafeArchive, zipfile.BadZipFile, zlib.error, EOFError, OSError):
                said.append(_("文件坏了，读不出来：{name}。").format(name=FOLDER + sha))
                continue
            if digest.hexdigest() != sha:
                said.append(_("文件和它的校验值对不上：{name}。").format(name=FOLDER + sha))
        said = said or [fault for file in self.course.files.values() if (fault := self._fault(file))]
        if said:
            raise UnreadablePackage(*said[:MOST_SAID])

    def _fault(self, file: FoundFile) -> str:
        size = self.size_of(file.sha256)
        if file.kind == "image":
            if size > MAX_PICTURE or not is_picture(self.bytes_of(file.sha256)):
                return _("“{name}”不是能用的图片，或者太大。").format(name=file.name)
        elif file.kind == "document":
            if size > MAX_DOCUMENT:
                return _("“{name}”超过 60 MB。").format(name=file.name)
            if holds_macros(self.bytes_of(file.sha256)):
                return _("“{name}”里带宏。去掉宏再装进课里。").format(name=file.name)
        return ""

    def size_of(self, sha256: str) -> int:
        return self._archive.size_of(FOLDER + sha256)

    def open(self, sha256: str) -> IO[bytes]:
        return self._archive.open(FOLDER + sha256)

    def bytes_of(self, sha256: str) -> bytes:
        """Return a file that was checked."""
        return self._archive.read(FOLDER + sha256)


def _refusal(error: UnsafeArchive) -> str:
    said = {
        Danger.NO_ARCHIVE: no_package(),
        Danger.TOO_LARGE: _("包解开后太大，或者里面的文件太多，不像一门课。"),
        Danger.OUTSIDE: _("包里有指向外面的路径或链接，不收：{name}。"),
        Danger.LOCKED: _("包加了密码。去掉密码再传。"),
        Danger.MACROS: _("包里带宏，不收：{name}。"),
        Danger.TWICE: _("包里有两个同名的文件：{name}。"),
    }
    words = said.get(error.danger, _("包坏了，打不开。重新导出一份再传。"))
    return words.format(name=error.name[:80] or INDEX)
