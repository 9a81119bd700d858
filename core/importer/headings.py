"""Finding the headings of a table that people made: below a title, over two rows with merged cells, with remarks in brackets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from django.utils.translation import gettext as _

from core.importer.base import Column
from core.importer.reading import UnreadableTable
from core.importer.stream import Line

LOOKED_AT = 20
"""Rows at the head of a file among which the headings must stand."""
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_SPACES = re.compile(r"[\s*＊:：]+")


def plain_heading(text: str) -> str:
    """
    >>> plain_heading(" 手 机 号 *（11 位）："), plain_heading("出生日期(必填)")
    ('手机号', '出生日期')
    """
    return _SPACES.sub("", _BRACKETS.sub("", text))


def find_headings(
    lines: Iterable[Line], columns: Sequence[Column]
) -> tuple[list[str | None], Iterator[Line]]:
    """
    Return the column key of each cell of the table (None: no column of ours) and the lines below the headings.

    Of a heading over two rows (merged cells) the lower one counts where it is one of ours, else the upper one.

    :raises UnreadableTable: if a required heading is missing, or nothing stands below.
    """
    rest = iter(lines)
    first = list(islice(rest, LOOKED_AT))
    if not first:
        raise UnreadableTable(_("表里没有内容。"))
    names = {plain_heading(title): c.key for c in columns for title in (c.title, *c.also)}
    best: tuple[int, int, list[str | None]] = (0, 0, [])
    for n, (number, cells) in enumerate(first):
        upper = _keys(cells, names)
        score = len(set(upper) - {None})
        if score > best[0]:
            best = (score, n + 1, upper)
        if n + 1 == len(first) or first[n + 1][0] != number + 1:
            continue
        below = first[n + 1][1]
        lower = _keys(below, names)
        width = max(len(upper), len(lower))
        both = [
            (lower[i] if i < len(lower) else None) or (upper[i] if i < len(upper) else None)
            for i in range(width)
        ]
        is_second_row = not any(
            cell for cell, key in zip(below, upper, strict=False) if key and plain_heading(cell) not in names
        )
        if score and is_second_row and any(below) and len(set(both) - {None}) >= best[0]:
            best = (len(set(both) - {None}), n + 2, both)
    heads = _once(best[2])
    missing = [c.title for c in columns if c.is_required and c.key not in heads]
    if missing:
        raise UnreadableTable(
            _("表头少了：{titles}。下载模板看看表头怎么写。").format(titles="、".join(missing))
        )
    return heads, chain(first[best[1] :], rest)


def _keys(cells: Sequence[str], names: dict[str, str]) -> list[str | None]:
    return [names.get(plain_heading(cell)) for cell in cells]


def _once(keys: list[str | None]) -> list[str | None]:
    """Of a heading that stands twice the first counts."""
    return [key if key and keys.index(key) == n else None for n, key in enumerate(keys)]
