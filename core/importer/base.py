"""What an app says about its table."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.importer.models import ImportRow, ImportRun


@dataclass(frozen=True)
class Column:
    """A heading of the table. ``also`` are headings that mean the same."""

    key: str
    title: str
    is_required: bool = False
    help: str = ""
    example: str = ""
    also: tuple[str, ...] = ()


@dataclass
class Draft:
    """What would become of a line: ``cells`` as they were read, ``data`` checked and plain JSON, to begin with the same."""

    line: int
    cells: dict[str, str]
    action: str = ImportRow.Action.NEW
    target: str = ""
    errors: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.data = dict(self.cells)

    def refuse(self, *reasons: str) -> None:
        self.action = ImportRow.Action.REFUSED
        self.errors.extend(reasons)


class RowConflict(Exception):
    """A line cannot be applied or taken back because something changed meanwhile; the message is for people."""


class Importer(ABC):
    """One kind of table. Its methods know nothing of files and pages."""

    kind: str
    columns: tuple[Column, ...]
    is_whole = False
    """All lines or none: a run with a refused line is not done, and ``apply`` and ``undo`` of the first line do it all."""

    def read(self, content: bytes) -> list[Draft] | None:
        """
        Return the lines of a file that is more than one table; None: it is one, by ``columns``.

        :raises UnreadableTable: if it is not such a file.
        """
        return None

    def sample(self, *, options: dict[str, Any]) -> dict[str, str]:
        """
        Return the template's own line by the columns' keys: one that would be accepted where these options (of
        :meth:`plan`, or none of them) bring it.
        """
        return {c.key: c.example for c in self.columns}

    def page_of(self, run: ImportRun) -> str:
        """Return the address of the page that shows a run, to be sent to whoever started it; empty: there is none."""
        return ""

    def is_sample(self, cells: dict[str, str]) -> bool:
        """Tell whether a line is the template's own, left in."""
        return cells == self.sample(options={})

    @abstractmethod
    def plan(self, drafts: Sequence[Draft], *, options: dict[str, Any]) -> None:
        """
        Judge all lines at once: set ``data`` to what is to be stored, ``action``, ``target`` and ``errors``. Reads, in
        a constant number of statements; writes nothing.
        """

    @abstractmethod
    def apply(
        self, data: dict[str, Any], *, target: str, options: dict[str, Any], actor: UUID | None
    ) -> tuple[str, Any]:
        """
        Do one line, inside a transaction; doing it twice must come out as once. Return the target and what ``undo``
        needs, as plain JSON.

        :raises RowConflict: if it can no longer be done.
        """

    @abstractmethod
    def undo(self, data: dict[str, Any], *, target: str, before: Any, actor: UUID | None) -> None:
        """
        Take one line back, inside a transaction.

        :raises RowConflict: if somebody has built on it since.
        """


_IMPORTERS: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Make an importer known under its kind."""
    _IMPORTERS[importer.kind] = importer


def importer_of(kind: str) -> Importer:
    """
    :raises KeyError: if there is no importer of this kind.
    """
    return _IMPORTERS[kind]
