"""Blocks as lines of text: what a person compares, and what a list of blocks calls them."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from courses.rules import Block

_BREAK = re.compile(r"</(p|li|h[2-6])>|<br\s*/?>")
_ITEM = re.compile(r"<li[^>]*>")
_TAG = re.compile(r"<[^>]+>")
RIGHT = "✓"
_HIDDEN = frozenset({"notice"})
_FILES = {"video": "video", "image": "image", "document": "document"}


def _question_kinds() -> dict[str, str]:
    return {"single": _("单选"), "multiple": _("多选"), "order": _("排序"), "number": _("填数")}


def stored_blocks(value: Any) -> list[Block]:
    """Return the blocks of a revision's field, which holds JSON or the text of it."""
    found = json.loads(value) if isinstance(value, str) and value else value
    return list(found or [])


def plain_lines(rich: str) -> list[str]:
    """
    Return a rich text line by line, without its markup.

    >>> plain_lines("<h3>引弧</h3><p>划擦<b>法</b>&amp;直击法</p><ul><li>收弧</li></ul>")
    ['引弧', '划擦法&直击法', '· 收弧']
    """
    marked = _ITEM.sub("· ", _BREAK.sub("\n", rich))
    return [line.strip() for line in html.unescape(_TAG.sub("", marked)).splitlines() if line.strip()]


def lines_of_block(block: Block, names: Mapping[tuple[str, int], str] | None = None) -> list[str]:
    """
    Return what a block says, line by line; a video, picture or document by its name. A block of a type that is no longer
    known is shown by its texts.

    >>> lines_of_block({"type": "image", "value": {"image": 3, "alt": "焊枪"}}, {("image", 3): "焊枪角度.png"})
    ['焊枪角度.png', '焊枪']
    >>> lines_of_block({"type": "steps", "value": {"title": "引弧", "steps": [{"text": "划擦", "tools": ""}]}})
    ['引弧', '1. 划擦']
    >>> lines_of_block({"type": "quiz_of_2019", "value": {"ask": "要不要烘干？", "right": True}})
    ['要不要烘干？', '✓']
    >>> lines_of_block({"type": "question", "value": {"kind": "single", "options": [{"text": "要", "correct": True}]}})
    ['单选', '1. 要 ✓']
    """
    return _lines(block["value"], names or {}, "")


def _lines(value: Any, names: Mapping[tuple[str, int], str], key: str) -> list[str]:
    if value is None or value == "" or key in _HIDDEN:
        return []
    if isinstance(value, bool):
        return [RIGHT] if value else []
    if key == "kind" and value in _question_kinds():
        return [_question_kinds()[value]]
    if key in _FILES and isinstance(value, int):
        return [names.get((key, value)) or f"#{value}"]
    if isinstance(value, dict):
        return [line for name, inner in value.items() for line in _lines(inner, names, name)]
    if isinstance(value, list):
        return _listed(value, names)
    return plain_lines(str(value))


def _listed(items: list[Any], names: Mapping[tuple[str, int], str]) -> list[str]:
    if items and all(isinstance(item, list) for item in items):  # the rows of a table
        return [" | ".join(str(cell) for cell in row) for row in items]
    lines = []
    for number, item in enumerate(items, start=1):
        own = _lines(item, names, "")
        if own:
            right = f" {RIGHT}" if own[-1] == RIGHT and len(own) > 1 else ""
            lines += [f"{number}. {own[0]}{right}", *(own[1:-1] if right else own[1:])]
    return lines


def words_of(block: Block) -> str:
    """
    Return how a block begins, for a list.

    >>> words_of({"type": "text", "value": "<p>先断电，</p><p>再换焊条</p>"})
    '先断电， 再换焊条'
    """
    return " ".join(lines_of_block(block))


def kind_name(kind: str) -> str:
    """Return what people call a type of block."""
    names = {
        "text": _("正文"),
        "video": _("视频"),
        "image": _("图片"),
        "steps": _("操作步骤"),
        "table": _("参数表"),
        "question": _("检查题"),
        "safety": _("安全提示"),
        "case": _("事故案例"),
        "formula": _("公式"),
        "download": _("资料下载"),
    }
    return names.get(kind, _("一块内容"))
