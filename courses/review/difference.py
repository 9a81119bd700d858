"""
What differs between two versions of a course, as a person reads it: lessons added, removed, moved; blocks; words.

Pure functions over plain values. Chinese is compared character by character and shown in stretches: a single character
that happens to be the same between two changes belongs to them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from courses.review.texts import lines_of_block
from courses.rules import Block, canonical_hash

SAME, GONE, NEW = "same", "gone", "new"
ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_ISLAND = 1
_LONGEST = 3_000
"""A line with more tokens than this is shown as replaced: comparing it would take longer than reading it."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: ``same`` on both sides, ``gone`` on the old one, ``new`` on the new one."""

    kind: str
    text: str


Line = tuple[Piece, ...]


@dataclass(frozen=True)
class BlockChange:
    """A block that was added, removed, moved or changed; ``old`` and ``new`` are its lines, side by side."""

    kind: str
    type: str
    rows: tuple[tuple[Line, Line], ...]


@dataclass(frozen=True)
class LessonVersion:
    """A lesson as one version of the course has it."""

    uuid: str
    title: str
    summary: str
    module: str
    module_number: int
    position: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class LessonChange:
    """
    A lesson that is not as it was. ``kinds`` say how (added or removed; else moved, changed or both); ``was`` is its old
    place and title where they differ.
    """

    uuid: str
    title: str
    module: str
    position: int
    kinds: tuple[str, ...]
    was_title: str = ""
    was_place: str = ""
    rows: tuple[tuple[Line, Line], ...] = ()
    blocks: tuple[BlockChange, ...] = ()


@dataclass(frozen=True)
class FieldChange:
    """A field of the course itself, by its label."""

    label: str
    rows: tuple[tuple[Line, Line], ...]


@dataclass(frozen=True)
class Difference:
    """From one version of a course to another."""

    fields: tuple[FieldChange, ...] = ()
    lessons: tuple[LessonChange, ...] = ()
    unchanged: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    """How many lessons were added, removed, moved, changed."""

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.lessons


def words_between(old: str, new: str) -> tuple[Line, Line]:
    """
    Return a line on its two sides, each in stretches.

    >>> old, new = words_between("电流调到110安，先试焊。", "电流调到 120 安，再试焊。")
    >>> [p.text for p in old if p.kind == "gone"], [p.text for p in new if p.kind == "new"]
    (['110', '先'], [' 120 ', '再'])
    >>> words_between("收弧", "收弧") == ((Piece("same", "收弧"),), (Piece("same", "收弧"),))
    True
    """
    if old == new:
        return (Piece(SAME, old),) if old else (), (Piece(SAME, new),) if new else ()
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if not a or not b or len(a) > _LONGEST or len(b) > _LONGEST:
        return (Piece(GONE, old),) if old else (), (Piece(NEW, new),) if new else ()
    left: list[Piece] = []
    right: list[Piece] = []
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (tag, a1, a2, b1, b2) in enumerate(steps):
        is_island = tag == "equal" and 0 < n < len(steps) - 1 and a2 - a1 <= _ISLAND and _is_word(a[a1])
        is_same = tag == "equal" and not is_island
        _put(left, SAME if is_same else GONE, "".join(a[a1:a2]))
        _put(right, SAME if is_same else NEW, "".join(b[b1:b2]))
    return tuple(left), tuple(right)


def _is_word(token: str) -> bool:
    return token.isalnum()


def _put(line: list[Piece], kind: str, text: str) -> None:
    if line and line[-1].kind == kind:
        line[-1] = Piece(kind, line[-1].text + text)
    elif text:
        line.append(Piece(kind, text))


def lines_between(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Line, Line], ...]:
    """
    Return two texts line beside line; a line that is on one side only stands beside an empty one.

    >>> rows = lines_between(["引弧", "收弧"], ["引弧", "运条", "收弧"])
    >>> [("".join(p.text for p in a), "".join(p.text for p in b)) for a, b in rows]
    [('引弧', '引弧'), ('', '运条'), ('收弧', '收弧')]
    """
    rows: list[tuple[Line, Line]] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [words_between(line, line) for line in old[a1:a2]]
            continue
        for n in range(max(a2 - a1, b2 - b1)):
            before = old[a1 + n] if a1 + n < a2 else ""
            after = new[b1 + n] if b1 + n < b2 else ""
            rows.append(words_between(before, after))
    return tuple(rows)


Names = Mapping[tuple[str, int], str]


def blocks_between(old: Sequence[Block], new: Sequence[Block], names: Names) -> list[BlockChange]:
    """
    Return the blocks that are not as they were, in the order of the new version.

    >>> def text(words): return {"type": "text", "value": f"<p>{words}</p>"}
    >>> [c.kind for c in blocks_between([text("a"), text("b")], [text("b"), text("a")], {})]
    ['moved']
    >>> [(c.kind, c.type) for c in blocks_between([text("引弧")], [text("引弧法"), {"type": "image", "value": {"alt": "图"}}], {})]
    [('changed', 'text'), ('added', 'image')]
    """
    a, b = [_key(block) for block in old], [_key(block) for block in new]
    changes: list[BlockChange] = []
    removed: list[int] = []
    added: list[int] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += range(a1, a2)
            added += range(b1, b2)
    moved = set()
    for there in list(added):
        twin = next((here for here in removed if a[here] == b[there]), None)
        if twin is not None:
            removed.remove(twin)
            added.remove(there)
            moved.add(there)
    pairs = _pair(removed, added, old, new)
    for there in sorted({*moved, *added}):
        block = new[there]
        after = lines_of_block(block, names)
        if there in moved:
            changes.append(BlockChange(MOVED, block["type"], lines_between(after, after)))
        elif there in pairs:
            before = lines_of_block(old[pairs[there]], names)
            changes.append(BlockChange(CHANGED, block["type"], lines_between(before, after)))
        else:
            changes.append(BlockChange(ADDED, block["type"], lines_between([], after)))
    for here in removed:
        if here not in pairs.values():
            before = lines_of_block(old[here], names)
            changes.append(BlockChange(REMOVED, old[here]["type"], lines_between(before, [])))
    return changes


def _pair(
    removed: Sequence[int], added: Sequence[int], old: Sequence[Block], new: Sequence[Block]
) -> dict[int, int]:
    """Return for each added block the removed one that it took the place of: of its type, in order."""
    waiting = list(removed)
    pairs = {}
    for there in added:
        here = next((n for n in waiting if old[n]["type"] == new[there]["type"]), None)
        if here is not None:
            waiting.remove(here)
            pairs[there] = here
    return pairs


def _key(block: Block) -> str:
    return canonical_hash([block["type"], _filled(block["value"])])


def _filled(value: Any) -> Any:
    """
    Return a value without what is empty: a field that blocks got later does not change those that never had it.

    >>> _filled({"prompt": "?", "unit": "", "options": [{"text": "要", "correct": False}], "hotspots": []})
    {'prompt': '?', 'options': [{'text': '要'}]}
    """
    if isinstance(value, dict):
        return {
            k: kept for k, v in value.items() if (kept := _filled(v)) or (kept == 0 and kept is not False)
        }
    return [_filled(item) for item in value] if isinstance(value, list) else value


def difference(
    old: Sequence[LessonVersion],
    new: Sequence[LessonVersion],
    *,
    old_fields: Mapping[str, Sequence[str]] | None = None,
    new_fields: Mapping[str, Sequence[str]] | None = None,
    names: Names | None = None,
) -> Difference:
    """Return what differs between two versions of a course: its own fields, then lessons in the new order, then those left out."""
    names = names or {}
    was = {lesson.uuid: lesson for lesson in old}
    now = {lesson.uuid for lesson in new}
    keeps_order = _in_order(
        [le.uuid for le in old if le.uuid in now], [le.uuid for le in new if le.uuid in was]
    )
    changes = []
    for lesson in new:
        before = was.get(lesson.uuid)
        if before is None:
            changes.append(_one_sided(lesson, ADDED, names))
        elif change := _between(before, lesson, lesson.uuid not in keeps_order, names):
            changes.append(change)
    unchanged = len(new) - len(changes)
    changes += [_one_sided(lesson, REMOVED, names) for lesson in old if lesson.uuid not in now]
    kinds = {kind: sum(kind in c.kinds for c in changes) for kind in (ADDED, CHANGED, MOVED, REMOVED)}
    return Difference(
        _fields(old_fields or {}, new_fields or {}),
        tuple(changes),
        unchanged,
        {k: n for k, n in kinds.items() if n},
    )


def _in_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the lessons that did not move past others."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {uuid for block in blocks for uuid in old[block.a : block.a + block.size]}


def _one_sided(lesson: LessonVersion, kind: str, names: Names) -> LessonChange:
    lines = [line for block in lesson.blocks for line in lines_of_block(block, names)]
    rows = lines_between([], lines) if kind == ADDED else lines_between(lines, [])
    return LessonChange(lesson.uuid, lesson.title, lesson.module, lesson.position, (kind,), rows=rows)


def _between(old: LessonVersion, new: LessonVersion, is_moved: bool, names: Names) -> LessonChange | None:
    is_moved = is_moved or (old.module_number != new.module_number and old.module != new.module)
    rows = tuple(
        words_between(a, b) for a, b in ((old.title, new.title), (old.summary, new.summary)) if a != b
    )
    blocks = tuple(blocks_between(old.blocks, new.blocks, names))
    kinds = (*((MOVED,) if is_moved else ()), *((CHANGED,) if rows or blocks else ()))
    if not kinds:
        return None
    return LessonChange(
        new.uuid,
        new.title,
        new.module,
        new.position,
        kinds,
        was_title=old.title if old.title != new.title else "",
        was_place=f"{old.module} · {old.position}" if is_moved else "",
        rows=rows,
        blocks=blocks,
    )


def _fields(old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]) -> tuple[FieldChange, ...]:
    labels = [label for label in new if list(new[label]) != list(old.get(label, ()))]
    return tuple(
        FieldChange(label, lines_between(list(old.get(label, ())), list(new[label]))) for label in labels
    )
