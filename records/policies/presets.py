"""
What regions have published about hours of training, as a start for a union's own policy (``presets.json``).

What is a field of a policy is offered as its value. What is none (face checks, subsidies, archives) is kept as a note:
shown beside the form and written into the policy's note, never applied.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from records.operations.policies import FIELDS, PERMILLE

_FILE = Path(__file__).with_name("presets.json")


@dataclass(frozen=True, slots=True)
class Preset:
    """One region's rules: values of policy fields as columns keep them, notes in plain words, and where they were read."""

    key: str
    region: str
    values: dict[str, Any]
    notes: tuple[str, ...]
    source: str

    @property
    def note(self) -> str:
        """The notes and the source as the text of a policy's note."""
        return "\n".join([*self.notes, f"来源：{self.source}"])


@cache
def presets() -> tuple[Preset, ...]:
    """
    Return the presets in the order of the file.

    :raises ValueError: if the file names a field that no policy has.
    """
    found = []
    for row in json.loads(_FILE.read_text(encoding="utf-8")):
        unknown = row["values"].keys() - set(FIELDS)
        if unknown:
            raise ValueError(f"{row['key']}: no such policy field: {', '.join(sorted(unknown))}")
        values = {n: Decimal(v) if n in PERMILLE else v for n, v in row["values"].items()}
        found.append(Preset(row["key"], row["region"], values, tuple(row["notes"]), row["source"]))
    return tuple(found)


def preset_named(key: str) -> Preset | None:
    """Return the preset with this key, or None."""
    return next((preset for preset in presets() if preset.key == key), None)
