"""``docs/api-cli.md`` read as what it promises: commands, their usage, and examples with the shape of their answer."""

import json
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api-cli.md"

_SECTION = re.compile(r"^## `(?P<name>[\w./ -]+)`\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_USAGE = re.compile(r"^ {4}(bin/manage .*(?:\n {4} .*)*)$", re.MULTILINE)
_EXAMPLE = re.compile(
    r"(?:^```sh(?: exit=(?P<exit>\d+))?\n(?P<line>[^\n]+)\n```\n)?^```json\n(?P<json>[\s\S]*?)^```$(?P<notes>(?:\n(?!```|##).*)*)",
    re.MULTILINE,
)
_NOTE = {
    "nullable": "Can be null:",
    "empty": "Can be empty:",
    "keyed": "Keyed by name:",
}


@dataclass(frozen=True)
class Example:
    """One answer. ``line`` is what was typed; an answer of several documents, one a line, is ``is_lines``."""

    section: str
    line: str
    exit: int
    answer: Any
    is_lines: bool
    nullable: frozenset[str]
    empty: frozenset[str]
    keyed: frozenset[str]

    @property
    def arguments(self) -> list[str]:
        """Return the words behind ``bin/manage``."""
        words = shlex.split(self.line)
        return words[words.index("bin/manage") + 1 :]

    @property
    def stdin(self) -> str:
        """Return what ``printf '%s\\n' A B |`` puts in, or nothing."""
        words = shlex.split(self.line)
        return "".join(f"{word}\n" for word in words[2 : words.index("|")]) if "|" in words else ""


@dataclass(frozen=True)
class Section:
    name: str
    text: str
    usage: str
    examples: tuple[Example, ...]


@cache
def sections() -> dict[str, Section]:
    """Return the sections by the command or thing they are about."""
    found = {}
    for match in _SECTION.finditer(PAGE.read_text(encoding="utf-8")):
        name, body = match["name"], match["body"]
        usage = _USAGE.search(body)
        examples = tuple(_example(name, e) for e in _EXAMPLE.finditer(body))
        assert body.count("```json") == len(examples), name
        found[name] = Section(name, body, " ".join(usage[1].split()) if usage else "", examples)
    return found


def _example(name: str, match: re.Match[str]) -> Example:
    answer, is_lines = documents(match["json"])
    notes = {
        key: frozenset(re.findall(r"`([^`]+)`", part[1]))
        for key, words in _NOTE.items()
        if (part := re.search(rf"{words}([^.]*?(?:`[^`]*`[^`.]*)+)\.", match["notes"]))
    }
    return Example(
        section=name,
        line=match["line"] or "",
        exit=int(match["exit"] or 0),
        answer=answer,
        is_lines=is_lines,
        **{key: notes.get(key, frozenset()) for key in _NOTE},
    )


def documents(text: str) -> tuple[Any, bool]:
    """Return the one JSON document of a text, or the list of those that stand one a line, and which it was."""
    try:
        return json.loads(text), False
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()], True


def differences(real: Any, example: Example) -> list[str]:
    """Return where an answer is of another shape than the example: keys, nesting, types. Values do not count."""
    if example.is_lines:
        return [d for document in real for d in _against(document, example.answer[0], "", example)]
    return _against(real, example.answer, "", example)


def _marked(path: str, names: frozenset[str]) -> bool:
    """Tell whether a place is one of these; a name without its beginning means the place wherever it is."""
    return any(path == name or path.endswith(f".{name}") for name in names)


def _against(real: Any, shown: Any, path: str, example: Example) -> list[str]:
    here = path or "the document"
    if real is None:
        return [] if _marked(path, example.nullable) else [f"{here} is null"]
    if type(real) is not type(shown):
        return [f"{here} is {type(real).__name__}, the example shows {type(shown).__name__}"]
    if isinstance(real, list):
        if not real:
            return [] if _marked(path, example.empty) else [f"{here} is empty"]
        if not shown:
            return [f"{here}: the example shows no element"]
        found = [min((_against(r, s, f"{path}[]", example) for s in shown), key=len) for r in real]
        return sorted({d for one in found for d in one})
    if not isinstance(real, dict):
        return []
    if _marked(path, example.keyed):
        first = next(iter(shown.values()))
        return sorted({d for value in real.values() for d in _against(value, first, f"{path}.*", example)})
    inside = f"{path}." if path else ""
    found = [f"{inside}{key} is not in the example" for key in real.keys() - shown.keys()]
    found += [f"{inside}{key} is only in the example" for key in shown.keys() - real.keys()]
    for key in real.keys() & shown.keys():
        found += _against(real[key], shown[key], f"{inside}{key}", example)
    return sorted(found)
