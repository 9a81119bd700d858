"""
Whether a value from a package is one that its block could hold. A draft may lack anything, so nothing has to be filled in;
but nothing else may be there, and files are named by their hash and kind.
"""

from collections.abc import Container
from typing import Any

from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.blocks import LessonBlocks
from courses.packages.rich_text import clean
from courses.rules import Block

MOST_ITEMS = 200
MOST_TEXT = 100_000
FILE_KEYS = {"video": "video", "image": "image", "download": "document"}
"""Blocks that show a file: in which field they name it, which is also the file's kind."""


class Misfit(ValueError):
    """A value that no editor could have stored; the message is for people, ``path`` leads to the value."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(what)
        self.path = path


def fit_block(block: Any, files: Container[tuple[str, str]]) -> tuple[Block, bool]:
    """
    Return a block as it may be stored, files still by hash, and whether elements of its text were left out. ``files`` are
    the kinds and hashes that the package has.

    :raises Misfit: if it is no block of a lesson, or holds what such a block does not.
    """
    if not isinstance(block, dict) or set(block) != {"type", "value"} or not isinstance(block["type"], str):
        raise Misfit(_("一块内容只有 type 和 value。"))
    known = LessonBlocks.base_blocks.get(block["type"])
    if known is None or block["type"] == "notice":
        raise Misfit(_("不认识这种内容块：{kind}。").format(kind=block["type"][:40]))
    fitting = _Fitting(files)
    value = fitting.fit(known, block["value"], "")
    return {"type": block["type"], "value": value}, fitting.has_dropped


class _Fitting:
    def __init__(self, files: Container[tuple[str, str]]) -> None:
        self.files = files
        self.has_dropped = False

    def fit(self, block: blocks.Block, value: Any, path: str) -> Any:
        if isinstance(block, blocks.StructBlock):
            return self._struct(block, value, path)
        if isinstance(block, blocks.ListBlock):
            return self._list(block, value, path)
        if value is None:
            return None
        if isinstance(block, blocks.ChooserBlock):
            return self._file(block, value, path)
        if isinstance(block, blocks.BooleanBlock):
            return _of(bool, value, path)
        if isinstance(block, blocks.IntegerBlock):
            if isinstance(value, bool) or abs(_of(int, value, path)) > 1_000_000:
                raise Misfit(_("要一个整数。"), path)
            return value
        return self._text(block, _of(str, value, path), path)

    def _struct(self, block: blocks.StructBlock, value: Any, path: str) -> dict[str, Any]:
        named = _of(dict, value, path)
        strange = next((name for name in named if name not in block.child_blocks), None)
        if strange is not None:
            raise Misfit(_("不认识这一项：{name}。").format(name=strange[:40]), path)
        return {
            name: self.fit(block.child_blocks[name], one, f"{path}.{name}" if path else name)
            for name, one in named.items()
        }

    def _list(self, block: blocks.ListBlock, value: Any, path: str) -> list[Any]:
        items = _of(list, value, path)
        if len(items) > MOST_ITEMS:
            raise Misfit(_("超过 {n} 项。").format(n=MOST_ITEMS), path)
        return [self.fit(block.child_block, one, f"{path}[{n}]") for n, one in enumerate(items, start=1)]

    def _file(self, block: blocks.ChooserBlock, value: Any, path: str) -> str:
        kind = _kind_of(block)
        if not isinstance(value, str) or (kind, value) not in self.files:
            raise Misfit(_("用到的文件不在包里。"), path)
        return value

    def _text(self, block: blocks.Block, value: str, path: str) -> str:
        if isinstance(block, blocks.RichTextBlock):
            value, has_dropped = clean(value)
            self.has_dropped |= has_dropped
        most = getattr(getattr(block, "field", None), "max_length", None) or MOST_TEXT
        if len(value) > most:
            raise Misfit(_("超过 {n} 个字。").format(n=most), path)
        if isinstance(block, blocks.ChoiceBlock) and value not in {
            key for key, _label in block.field.choices
        }:
            raise Misfit(_("不认识这个选择：{value}。").format(value=value[:40]), path)
        return value


def _kind_of(block: blocks.ChooserBlock) -> str:
    if isinstance(block, ImageChooserBlock):
        return "image"
    if isinstance(block, DocumentChooserBlock):
        return "document"
    # Of the snippets a lesson can choose, notices of the library are written out in packages.
    return "video" if isinstance(block, SnippetChooserBlock) else ""


def _of(kind: type, value: Any, path: str) -> Any:
    if not isinstance(value, kind):
        said = {
            dict: _("要一组带名称的值"),
            list: _("要一个列表"),
            str: _("要文字"),
            bool: _("要是或否"),
            int: _("要一个整数"),
        }
        raise Misfit(f"{said[kind]}。", path)
    return value
