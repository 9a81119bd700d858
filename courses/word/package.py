"""Opening a DOCX from a stranger: limits first, then its XML parts without document types."""

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from django.utils.translation import gettext as _

MAX_BYTES = 20_000_000
MAX_UNPACKED = 150_000_000
MAX_XML = 20_000_000
MAX_ENTRIES = 3_000
_OLE = b"\xd0\xcf\x11\xe0"


class UnreadableDocument(ValueError):
    """The file is no document we take; the message is for people and says what to do."""


class _HasDoctype(Exception):
    """An XML part begins with a document type: the place where entities are declared. Word writes none."""


def _refuse_doctype(*_declared: object) -> None:
    raise _HasDoctype


class Package:
    """The parts of a document by name, each read when it is asked for."""

    def __init__(self, content: bytes) -> None:
        """
        Open a file and look at what it says of itself.

        :raises UnreadableDocument: if it is empty, too large, no DOCX, locked, holds macros or names that climb out.
        """
        if not content.strip():
            raise UnreadableDocument(_("文件是空的。"))
        if len(content) > MAX_BYTES:
            raise UnreadableDocument(_("文件超过 20 MB。把图片压小，或者分成几节再传。"))
        if content.startswith(_OLE):
            raise UnreadableDocument(_("这是旧的 doc 格式，或者加了密码。去掉密码，另存为 docx 再传。"))
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            entries = self._archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise UnreadableDocument(_("只认 docx。用文字处理软件另存为 docx 再传。")) from error
        self._look_at(entries)
        self._names = {entry.filename for entry in entries}
        if "word/document.xml" not in self._names:
            raise UnreadableDocument(_("只认 docx。用文字处理软件另存为 docx 再传。"))
        kinds = self.bytes_of("[Content_Types].xml").lower()
        if b"macroenabled" in kinds or b"vbaproject" in kinds:
            raise UnreadableDocument(_("文件里带宏。另存为不带宏的 docx 再传。"))

    @staticmethod
    def _look_at(entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise UnreadableDocument(_("文件解开后太大，不像一份文档。"))
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or ".." in name.split("/") or ":" in name:
                raise UnreadableDocument(_("文件里有指向外面的路径，不像文字处理软件存的。"))
            if entry.flag_bits & 1:
                raise UnreadableDocument(_("文件加了密码。去掉密码再传。"))
            if "vbaproject" in name.lower():
                raise UnreadableDocument(_("文件里带宏。另存为不带宏的 docx 再传。"))

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self._names if name.startswith(prefix))

    def bytes_of(self, name: str) -> bytes:
        """
        Return a part; empty if there is none.

        :raises UnreadableDocument: if it is damaged.
        """
        if name not in self._names:
            return b""
        try:
            return self._archive.read(name)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise UnreadableDocument(_("文件坏了，打不开。重新存一份再传。")) from error

    def xml(self, name: str) -> Element | None:
        """
        Return an XML part, None if there is none.

        :raises UnreadableDocument: if it is no XML, too large, or declares a document type.
        """
        content = self.bytes_of(name)
        if not content:
            return None
        if len(content) > MAX_XML:
            raise UnreadableDocument(_("文件里的文字太多，分成几节再传。"))
        looking = expat.ParserCreate()
        looking.StartDoctypeDeclHandler = _refuse_doctype
        try:
            looking.Parse(content, True)
            return fromstring(content)  # noqa: S314 - it has no document type, so no entity
        except _HasDoctype as error:
            raise UnreadableDocument(_("文件里声明了实体，不是文字处理软件存的，不收。")) from error
        except (expat.ExpatError, ParseError, ValueError, LookupError, RecursionError) as error:
            raise UnreadableDocument(_("文件坏了，打不开。重新存一份再传。")) from error
