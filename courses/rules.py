"""
The timeline of a lesson: which blocks are one part, how long each takes, and which part is still the same one.

Everything the ledger can credit hangs on these numbers, so they are pure functions over plain values; design.md §4
is their source. A lesson's planned study time is the sum of its parts and is never typed.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

BLOCK_SCHEMA_VERSION = 1
"""The shape of the blocks an edition stores. A new shape is a new number, and old editions stay readable."""

HAN_PER_MINUTE = 300
PICTURE_MS = 8_000
STEP_MS = 15_000
QUESTION_MS = 30_000

VIDEO, TEXT, QUESTION = "video", "text", "question"

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_TAG = re.compile(r"<[^>]+>")

Block = dict[str, Any]
"""A block as a StreamField stores it: ``type``, ``value`` and perhaps ``id``."""


def han_count(text: str) -> int:
    """
    Return how many Chinese characters a text or its HTML has; digits, Latin letters and punctuation do not count.

    >>> han_count("<p>E4303 烘干，150 ℃</p>")
    2
    """
    return len(_HAN.findall(_TAG.sub("", text)))


def reading_ms(*texts: str) -> int:
    """
    Return the reading time of texts at 300 Chinese characters a minute.

    >>> reading_ms("<p>引弧</p>", "收弧")
    800
    """
    return han_count("".join(texts)) * 60_000 // HAN_PER_MINUTE


@dataclass(frozen=True)
class MediaFacts:
    """What a timeline must know of files outside the blocks: by video id length (ms) and hash, by image id hash."""

    videos: dict[int, tuple[int, str]]
    images: dict[int, str]


@dataclass(frozen=True)
class TimedBlock:
    """A block on its part's timeline: it owns ``[offset_ms, offset_ms + ms)``."""

    id: str
    offset_ms: int
    ms: int


@dataclass(frozen=True)
class TimedPart:
    """
    A part before it has a uuid. ``content_hash`` decides whether it is still the part of the edition before;
    ``video`` is the id of a video part's file. ``uuid`` is None for reading that takes no time (a download, a formula):
    it is shown and never counted.
    """

    kind: str
    nominal_ms: int
    content_hash: str
    blocks: tuple[TimedBlock, ...]
    video: int | None = None
    uuid: UUID | None = None


class _TopLevel(HTMLParser):
    """Cuts a fragment of HTML before each element that stands in no other one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.depth = 0
        self.cuts: list[Any] = []
        self._lines = [0]

    def feed(self, data: str) -> None:
        for line in data.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        super().feed(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            line, column = self.getpos()
            self.cuts.append(self._lines[line - 1] + column)
        if tag not in _VOID:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.depth = max(0, self.depth - 1)


_VOID = frozenset({"br", "hr", "img", "embed", "wbr"})
_HEADING = re.compile(r"\s*<h[2-6]\b")


def text_pieces(html: str) -> list[str]:
    """
    Return a rich text in pieces small enough to be in view as a whole: a paragraph or list each, a heading with what
    it stands over. The pieces put together are the text.

    >>> text_pieces("<h3>引弧</h3><p>划擦<br/>直击</p><ul><li>收弧</li></ul>")
    ['<h3>引弧</h3><p>划擦<br/>直击</p>', '<ul><li>收弧</li></ul>']
    """
    parser = _TopLevel()
    parser.feed(html)
    cuts = [0, *[c for c in parser.cuts if c > 0], len(html)]
    raw = [html[a:b] for a, b in itertools.pairwise(cuts) if a < b]
    pieces: list[str] = []
    joins_next = False
    for piece in raw:
        if joins_next or (pieces and not han_count(piece)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
        joins_next = bool(_HEADING.match(piece)) or not han_count(pieces[-1])
    return pieces


def position_ms(text: str) -> int | None:
    """
    Return a place in a video, written as minutes and seconds (or hours before them), in ms; None if it is none.

    >>> position_ms("1:20"), position_ms("0:05"), position_ms("1:00:00"), position_ms("1:75"), position_ms("一分")
    (80000, 5000, 3600000, None, None)
    """
    parts = text.strip().replace("：", ":").split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    *hours, minutes, seconds = map(int, parts)
    if seconds > 59 or (hours and minutes > 59):
        return None
    return ((hours[0] if hours else 0) * 3600 + minutes * 60 + seconds) * 1000


def number_of(text: str) -> Decimal | None:
    """
    Return the number somebody typed, or None.

    >>> number_of(" 3.20 "), number_of("－5"), number_of("1e9"), number_of("三")
    (Decimal('3.20'), Decimal('-5'), None, None)
    """
    plain = text.strip().replace("－", "-").replace("．", ".")
    return Decimal(plain) if re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain, re.ASCII) else None


def shuffled(options: Sequence[Any]) -> list[tuple[int, Any]]:
    """
    Return the options of an order with their right places, in an order that is not the right one and always the same.

    >>> shuffled(["清渣", "引弧", "收弧"]) == shuffled(["清渣", "引弧", "收弧"])
    True
    >>> [n for n, _option in shuffled(["a", "b", "c"])] != [0, 1, 2]
    True
    """
    placed = sorted(enumerate(options), key=lambda pair: canonical_hash([pair[1], len(options)]))
    if [n for n, _option in placed] == list(range(len(options))):
        placed = placed[1:] + placed[:1]
    return placed


def with_notices(blocks: Sequence[Block], notices: Mapping[int, dict[str, Any]]) -> list[Block]:
    """
    Return plain blocks with each notice of the library written out as the safety notice it is now: what is reviewed is
    frozen, and the library may change. ``notices`` are their values by id.

    >>> with_notices([{"type": "notice", "value": {"notice": 3}}], {3: {"title": "弧光", "hazards": ["弧光"], "text": "戴面罩"}})
    [{'type': 'safety', 'value': {'title': '弧光', 'hazards': ['弧光'], 'text': '戴面罩', 'notice': 3}}]

    :raises KeyError: if a notice is not among them.
    """
    return [
        {"type": "safety", "value": {**notices[b["value"]["notice"]], "notice": b["value"]["notice"]}}
        if b["type"] == "notice"
        else b
        for b in blocks
    ]


def _text(block_id: str, value: str) -> list[tuple[str, int]]:
    return [
        (f"{block_id}-{n}", reading_ms(piece)) for n, piece in enumerate(text_pieces(value or ""), start=1)
    ]


def _steps(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    return [(f"{block_id}-{n}", STEP_MS) for n, _step in enumerate(value.get("steps") or [], start=1)]


def _table(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    rows = [list(value.get("header") or []), *(value.get("rows") or [])]
    return [(block_id, reading_ms(value.get("caption") or "", *(str(cell) for row in rows for cell in row)))]


def _safety(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (
            block_id,
            reading_ms(value.get("title") or "", *(value.get("hazards") or []), value.get("text") or ""),
        )
    ]


def _image(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    spots = value.get("hotspots") or []
    return [(block_id, PICTURE_MS + reading_ms(*(spot.get("text") or "" for spot in spots)))]


def _case(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    words = [value.get("title") or "", value.get("happened") or "", value.get("source") or ""]
    return [(block_id, reading_ms(*words, *(value.get("causes") or []), *(value.get("lessons") or [])))]


def _formula(block_id: str, value: dict[str, Any]) -> list[tuple[str, int]]:
    symbols = [text for row in value.get("symbols") or [] for text in (row["symbol"], row["meaning"])]
    words = [value.get("title") or "", value.get("formula") or "", value.get("example") or ""]
    return [(block_id, reading_ms(*words, *symbols))]


_READING: dict[str, Callable[[str, Any], list[tuple[str, int]]]] = {
    "text": _text,
    "image": _image,
    "steps": _steps,
    "table": _table,
    "safety": _safety,
    "case": _case,
    "formula": _formula,
    "download": lambda block_id, value: [],
}
"""For each block that is read: the ids under which it stands on the page, each with its time in ms."""


def plain_blocks(blocks: Iterable[Block]) -> list[Block]:
    """
    Return blocks without the editor's own ids, lists of items unwrapped: the same content in one shape.

    >>> plain_blocks([{"type": "safety", "id": "x", "value": {"hazards": [{"type": "item", "id": "y", "value": "弧光"}]}}])
    [{'type': 'safety', 'value': {'hazards': ['弧光']}}]
    """
    return [{"type": b["type"], "value": _plain(b["value"])} for b in blocks]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(v["value"]) if _is_list_item(v) else _plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _is_list_item(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "item" and "value" in value


def canonical_hash(value: Any) -> str:
    """
    Return the SHA-256 of a JSON value written in one way only.

    >>> canonical_hash({"b": 1, "a": "弧"}) == canonical_hash({"a": "弧", "b": 1})
    True
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def timeline(blocks: Sequence[Block], media: MediaFacts) -> list[TimedPart]:
    """
    Return the parts of a lesson in order. ``blocks`` are plain; their place (``b1``, ``b2`` …) is their id on the page,
    and a text's paragraphs and a procedure's steps are ``b1-1``, ``b1-2`` …: each is in view as a whole on a phone.

    Consecutive text, picture, step, table, safety, case and formula blocks are one part; a video and a question each their own.

    >>> media = MediaFacts(videos={7: (368_000, "ab")}, images={3: "cd"})
    >>> lesson = [{"type": "text", "value": "<p>先看一看</p>"}, {"type": "image", "value": {"image": 3}},
    ...           {"type": "video", "value": {"video": 7}}, {"type": "question", "value": {"prompt": "?"}}]
    >>> [(p.kind, p.nominal_ms, [b.offset_ms for b in p.blocks]) for p in timeline(lesson, media)]
    [('text', 8800, [0, 800]), ('video', 368000, []), ('question', 30000, [0])]

    :raises KeyError: if a block has an unknown type, or a video or image is not among ``media``.
    """
    parts: list[TimedPart] = []
    run: list[tuple[str, Block]] = []

    def close_run() -> None:
        if run:
            parts.append(_reading_part(run, media))
            run.clear()

    for number, block in enumerate(blocks, start=1):
        block_id, kind, value = f"b{number}", block["type"], block["value"]
        if kind == VIDEO:
            close_run()
            length, content_hash = media.videos[value["video"]]
            parts.append(TimedPart(VIDEO, length, content_hash, (), video=value["video"]))
        elif kind == QUESTION:
            close_run()
            timed = (TimedBlock(block_id, 0, QUESTION_MS),)
            parts.append(TimedPart(QUESTION, QUESTION_MS, canonical_hash([QUESTION, _hashed(block)]), timed))
        elif kind in _READING:
            run.append((block_id, block))
        else:
            raise KeyError(kind)
    close_run()
    return parts


_LATER_FIELDS = {
    "image": frozenset({"hotspots"}),
    "question": frozenset({"answer", "tolerance", "unit"}),
}
"""Fields that came when editions held blocks without them: while such a field is empty, the block is the same as before."""


def _hashed(block: Block) -> Any:
    later = _LATER_FIELDS.get(block["type"])
    if not later:
        return block["value"]
    return {key: value for key, value in block["value"].items() if value or key not in later}


def _reading_part(run: list[tuple[str, Block]], media: MediaFacts) -> TimedPart:
    offset, timed, hashed = 0, [], []
    for block_id, block in run:
        # The picture itself, not only the number under which the library keeps it, decides whether a part is the same.
        file_hash = media.images[block["value"]["image"]] if block["type"] == "image" else None
        hashed.append([block["type"], _hashed(block), file_hash])
        for timed_id, ms in _READING[block["type"]](block_id, block["value"]):
            if ms:
                timed.append(TimedBlock(timed_id, offset, ms))
                offset += ms
    return TimedPart(TEXT, offset, canonical_hash(hashed), tuple(timed))


def keep_uuids(
    parts: Sequence[TimedPart], before: Sequence[tuple[str, str, UUID]], new_uuid: Callable[[], UUID]
) -> list[TimedPart]:
    """
    Return the parts with uuids: the one it had in the edition before (``(kind, content_hash, uuid)`` in order) while
    kind and hash are the same, a new one where anything changed. Each old uuid is given away once, in order.

    >>> old, new = UUID(int=1), UUID(int=2)
    >>> part = TimedPart("video", 1000, "same", ())
    >>> [p.uuid.int for p in keep_uuids([part, part], [("video", "same", old)], lambda: new)]
    [1, 2]
    """
    waiting: dict[tuple[str, str], list[UUID]] = {}
    for kind, content_hash, uuid in before:
        waiting.setdefault((kind, content_hash), []).append(uuid)
    kept = []
    for part in parts:
        if part.nominal_ms <= 0:
            kept.append(part)
            continue
        known = waiting.get((part.kind, part.content_hash))
        kept.append(replace(part, uuid=known.pop(0) if known else new_uuid()))
    return kept


def is_trial(position: int) -> bool:
    """
    Tell whether a lesson is open to guests: the first of each course, so that nobody has to sign up to see what it is.

    >>> is_trial(1), is_trial(2)
    (True, False)
    """
    return position == 1


def is_complete(parts: Iterable[tuple[int, int]]) -> bool:
    """
    Tell whether a lesson counts as done: 95 % of each of its parts was played, read or answered. ``parts`` are covered
    and nominal ms of each. A checkpoint question is a part of its own, so a lesson is not done before it is answered,
    however long its video is; the ledger judges a completion in the same way (``records.ledger.rules``).

    >>> is_complete([(95, 100), (30, 30)]), is_complete([(94, 100), (30, 30)])
    (True, False)
    >>> is_complete([(600_000, 600_000), (0, 30_000)]), is_complete([])
    (False, True)
    """
    return all(covered_ms * 100 >= nominal_ms * 95 for covered_ms, nominal_ms in parts)


def lines_of(text: str) -> list[str]:
    r"""
    Return the lines of a field that takes one entry a line.

    >>> lines_of("会引弧\n\n 会收弧 ")
    ['会引弧', '会收弧']
    """
    return [line.strip() for line in text.splitlines() if line.strip()]
