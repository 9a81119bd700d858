"""Opening a DOCX from a stranger: limits first, then its XML parts without document types."""

import io
from xml.etree.ElementTree import Element, ParseError, fromstring

from django.utils.translation import gettext as _

from core.archives import Archive, Danger, Limits, UnsafeArchive

MAX_BYTES = 20_000_000
LIMITS = Limits(entries=3_000, unpacked=150_000_000)
MAX_XML = 20_000_000
_OLE = b"\xd0\xcf\x11\xe0"


class UnreadableDocument(ValueError):
    """The file is no document we take; the message is for people and says what to do."""


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
            self._archive = Archive(io.BytesIO(content), limits=LIMITS)
        except UnsafeArchive as error:
            raise UnreadableDocument(_refusal(error.danger)) from error
        if "word/document.xml" not in self._archive:
            raise UnreadableDocument(_refusal(Danger.NO_ARCHIVE))

    def __contains__(self, name: str) -> bool:
        return name in self._archive

    def names(self, prefix: str) -> list[str]:
        return self._archive.names(prefix)

    def bytes_of(self, name: str) -> bytes:
        """
        Return a part; empty if there is none.

        :raises UnreadableDocument: if it is damaged.
        """
        if name not in self._archive:
            return b""
        try:
            return self._archive.read(name)
        except UnsafeArchive as error:
            raise UnreadableDocument(_refusal(error.danger)) from error

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
        try:
            self._archive.refuse_entities(name)
            return fromstring(content)  # noqa: S314 - it has no document type, so no entity
        except UnsafeArchive as error:
            raise UnreadableDocument(_refusal(error.danger)) from error
        except (ParseError, ValueError, LookupError, RecursionError) as error:
            raise UnreadableDocument(_refusal(Danger.DAMAGED)) from error


def _refusal(danger: Danger) -> str:
    said = {
        Danger.TOO_LARGE: _("文件解开后太大，不像一份文档。"),
        Danger.OUTSIDE: _("文件里有指向外面的路径，不像文字处理软件存的。"),
        Danger.LOCKED: _("文件加了密码。去掉密码再传。"),
        Danger.MACROS: _("文件里带宏。另存为不带宏的 docx 再传。"),
        Danger.ENTITIES: _("文件里声明了实体，不是文字处理软件存的，不收。"),
        Danger.NO_ARCHIVE: _("只认 docx。用文字处理软件另存为 docx 再传。"),
    }
    return said.get(danger, _("文件坏了，打不开。重新存一份再传。"))
