"""
Whether stored blocks are filled in as their types ask, without asking the database.

Wagtail's own ``clean`` looks up every chosen picture and file by itself: 120 lessons would be a thousand queries. That
chosen things exist is what ``NothingBroken`` says, from one query for each kind.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail import blocks

from courses.blocks import LessonBlocks
from courses.checks.snapshot import BlockFacts
from courses.rules import Block, plain_blocks

Fault = tuple[tuple[str, ...], str]


def block_facts(raw_blocks: list[Block]) -> tuple[BlockFacts, ...]:
    """Return the blocks of a lesson as rules look at them."""
    known = LessonBlocks.base_blocks
    facts = []
    for number, (raw, plain) in enumerate(zip(raw_blocks, plain_blocks(raw_blocks), strict=True), start=1):
        child = known.get(raw["type"])
        facts.append(
            BlockFacts(
                uuid=str(raw.get("id") or ""),
                number=number,
                kind=raw["type"],
                label=str(child.label) if child else "",
                value=plain["value"],
                fault=fault_in(child, plain["value"]) if child else None,
            )
        )
    return tuple(facts)


def fault_in(block: blocks.Block, value: Any) -> Fault | None:
    """Return where a plain value is not as its block asks, and what is wrong; None when all is well."""
    if isinstance(block, blocks.StructBlock):
        return _in_struct(block, value)
    if isinstance(block, blocks.ListBlock):
        return _in_list(block, value)
    if isinstance(block, blocks.ChooserBlock):
        return ((), _("还没有选。")) if block.required and not value else None
    if isinstance(block, blocks.RichTextBlock):
        return ((), _("还没有写。")) if block.required and not str(value or "").strip() else None
    if isinstance(block, blocks.FieldBlock):
        if block.required and value in (None, ""):
            return (), _("还没有填。")
        try:
            block.field.clean(value)
        except ValidationError as error:
            return (), " ".join(error.messages)
    return None


def _in_struct(block: blocks.StructBlock, value: Any) -> Fault | None:
    values = value if isinstance(value, dict) else {}
    for name, child in block.child_blocks.items():
        # A field that came after this block was written has its default, as the editor will show it.
        fault = fault_in(child, values[name] if name in values else _plain_default(child))
        if fault:
            path, what = fault
            # The words of a field inside: which one, when the form of the block does not stand beside them.
            return (name, *path), what if path else _("“%(field)s”%(what)s") % {
                "field": child.label,
                "what": what,
            }
    own = getattr(block, "fault", None)
    found = own(values) if own else None
    return ((found[0],), " ".join(found[1].messages)) if found else None


def _plain_default(child: blocks.Block) -> Any:
    default = child.get_default()
    if isinstance(child, blocks.ListBlock):
        return [_plain_default(child.child_block) for _value in default]
    if isinstance(child, blocks.StructBlock):
        return {name: _plain_default(inner) for name, inner in child.child_blocks.items()}
    return default


def _in_list(block: blocks.ListBlock, value: Any) -> Fault | None:
    rows = value or []
    least, most = block.meta.min_num, block.meta.max_num
    if least is not None and len(rows) < least:
        return (), _("至少要 %(n)s 项。") % {"n": least}
    if most is not None and len(rows) > most:
        return (), _("最多 %(n)s 项。") % {"n": most}
    for number, row in enumerate(rows):
        if fault := fault_in(block.child_block, row):
            path, what = fault
            return (str(number), *path), what
    return None
