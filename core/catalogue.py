"""
Message catalogues without GNU gettext: found in code and templates, checked, compiled, all in Python.

The source language is zh-Hans, so a catalogue holds the translation of each Chinese sentence. What a sentence looks
like to a reader of Chinese is checked here, too: half-width punctuation beside a Chinese character is sloppy.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SKIPPED = {"var", "node_modules", "tests", "migrations", "benchmarks", ".venv", "static"}
AVOIDED = ("非法", "无效操作", "参数错误", "系统繁忙", "刷课", "作弊", "您")
"""Words that blame or belittle (look, microcopy)."""

_DEAR = re.compile(r"(?:^|[，。！、“])亲(?=[，。！～~]|爱的)")

# Dates in the header would change with each run and make every branch conflict.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
# A space between changes nothing: “好, 坏” is as sloppy as “好,坏”. Ratios and times (1:10) stand between digits.
_HALF_WIDTH = re.compile(r"[\u3400-\u9fff] ?[,:;?!()]|[,:;?!()] ?[\u3400-\u9fff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


@dataclass(frozen=True)
class Sentence:
    """A message as it stands in the source: text, plural form (or ""), context (or ""), and where."""

    text: str
    plural: str
    context: str
    place: str


def _files(root: Path) -> Iterator[Path]:
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.txt")]):
        parts = path.relative_to(root).parts
        if SKIPPED.isdisjoint(parts) and not any(p.startswith(".") for p in parts):
            if path.suffix == ".txt" and "templates" not in parts:
                continue
            yield path


def sentences(root: Path) -> Iterator[Sentence]:
    """Return every message of the code and templates below ``root``."""
    for path in _files(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is left of a template's tags is indented as the page is, which Python's tokenizer refuses.
            text = "\n".join(line.lstrip() for line in templatize(text).split("\n"))
        found = extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators:",)
        )
        for line, message, _comments, context in found:
            one, many = message if isinstance(message, tuple) else (message, "")
            yield Sentence(one, many, context or "", f"{path.relative_to(root)}:{line}")


def _empty() -> Catalog:
    return Catalog(
        locale="en", charset="utf-8", fuzzy=False, project="Skillspower", copyright_holder="the Skillspower authors",
        creation_date=_NO_DATE, revision_date=_NO_DATE, header_comment="# English catalogue; the source language is zh-Hans.",
    )  # fmt: skip


def read(path: Path, *, locale: str = "en") -> Catalog:
    """Return a catalogue file, or an empty one where there is none."""
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(*, root: Path, path: Path) -> int:
    """Bring a catalogue to the sentences of the source, keep translations, drop what is gone; return how many lack one."""
    known, fresh = read(path), _empty()
    for s in sentences(root):
        fresh.add(
            (s.text, s.plural) if s.plural else s.text, context=s.context or None, locations=[(s.place, 0)]
        )
    missing = 0
    for message in fresh:
        if not message.id:
            continue
        old = known.get(message.id, context=message.context)
        message.string = old.string if old is not None else message.string
        message.locations = []  # line numbers change with every commit and tell a translator nothing
        missing += not _is_translated(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, sort_output=True, omit_header=False, width=110)
    return missing


def _is_translated(message: Message) -> bool:
    string = message.string
    return all(string) if isinstance(string, tuple | list) else bool(string)


def faults_of_words(text: str) -> list[str]:
    """
    Return what a reader of Chinese finds careless or unkind in a text; nothing in a text without Chinese.

    >>> faults_of_words("你好,师傅")
    ["half-width punctuation: '好,'"]
    >>> faults_of_words("亲，参数错误")
    ["the house avoids '参数错误'", "the house avoids '亲'"]
    >>> faults_of_words("1:10 的坡，父亲 10:30 到（第 3 站）")
    []
    """
    found = [f"half-width punctuation: {match.group()!r}" for match in _HALF_WIDTH.finditer(text)]
    found += [f"the house avoids {word!r}" for word in AVOIDED if word in text]
    return [*found, "the house avoids '亲'"] if _DEAR.search(text) else found


def problems(*, root: Path, path: Path) -> list[str]:
    """
    Return what is wrong: a sentence without translation, a translation that lost a placeholder, sloppy
    punctuation or a word that the house avoids. Each line says where.
    """
    catalogue, found = read(path), []
    for s in sentences(root):
        found += [f"{s.place}: {fault}: {s.text}" for fault in faults_of_words(s.text)]
        key = (s.text, s.plural) if s.plural else s.text
        message = catalogue.get(key, context=s.context or None)
        if message is None or not _is_translated(message):
            found.append(f"{s.place}: not in the English catalogue: {s.text}")
            continue
        translated = message.string if isinstance(message.string, str) else (message.string or ("",))[-1]
        if sorted(_PLACEHOLDER.findall(s.plural or s.text)) != sorted(_PLACEHOLDER.findall(translated)):
            found.append(f"{s.place}: placeholders differ: {s.plural or s.text} → {translated}")
        elif _HAN.search(translated) and s.text != translated and _HAN.search(s.text) is not None:
            found.append(f"{s.place}: the translation is not English: {translated}")
    return found


def compile_catalogue(path: Path, *, locale: str = "en") -> None:
    """Write the ``.mo`` file beside a catalogue unless it is newer."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
        return
    with target.open("wb") as file:
        write_mo(file, read(path, locale=locale))
