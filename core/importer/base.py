"""What an app says about its table."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.importer.models import ImportRow, ImportRun

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


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


class TableKind(ABC):
    """What every kind of table says of itself."""

    kind: str
    columns: tuple[Column, ...]
    actions: tuple[str, ...] = ("new", "changed", "unchanged", "refused")
    """What may happen to a line, in the order in which people are shown it."""
    is_whole = False
    """All lines or none: a run with a refused line is not done, and ``apply`` and ``undo`` of the first line do it all."""

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

    def lines_of(self, run: ImportRun) -> "QuerySet[Any]":
        """Return the lines of a run: rows with ``line``, ``action``, ``outcome`` and ``errors``."""
        return run.rows.all()

    def cells_of(self, row: Any) -> dict[str, str]:
        """Return the cells of a line as they were read, by the columns' keys."""
        cells: dict[str, str] = json.loads(row.data)["cells"]
        return cells


class Importer(TableKind):
    """A table of some thousand lines, done one by one. Its methods know nothing of files and pages."""

    def read(self, content: bytes) -> list[Draft] | None:
        """
        Return the lines of a file that is more than one table; None: it is one, by ``columns``.

        :raises UnreadableTable: if it is not such a file.
        """
        return None

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


class BulkImporter(TableKind):
    """
    A table of any length: read in one pass into lines of the app's own, judged and done by statements over many lines.
    Each method may be cut off at any point and called again.
    """

    @abstractmethod
    def stage(
        self,
        run: ImportRun,
        heads: Sequence[str | None],
        lines: Iterable[tuple[int, list[str]]],
        *,
        progress: Progress | None,
    ) -> int:
        """Keep and judge all lines; what an earlier attempt left is thrown away. Return how many there are."""

    @abstractmethod
    def apply_lines(
        self, run: ImportRun, *, now: datetime, by: UUID | None, progress: Progress | None
    ) -> None:
        """Do what waits, in batches, each in a transaction with its outcomes."""

    @abstractmethod
    def undo_lines(
        self, run: ImportRun, *, now: datetime, by: UUID | None, progress: Progress | None
    ) -> None:
        """Take back what was done; what somebody has built on since is kept and says so."""


_IMPORTERS: dict[str, TableKind] = {}


def register(importer: TableKind) -> None:
    """Make an importer known under its kind."""
    _IMPORTERS[importer.kind] = importer


def importer_of(kind: str) -> TableKind:
    """
    :raises KeyError: if there is no importer of this kind.
    """
    return _IMPORTERS[kind]
