"""The standards that come with the product: examples in our own words, one readable file each."""

import json
from datetime import datetime
from pathlib import Path

from occupations.models import OccupationalStandard
from occupations.operations.standards import publish_standard, save_content
from occupations.rules import Content, from_plain

EXAMPLES = Path(__file__).parents[1] / "data" / "standards"


def example_standards() -> list[Content]:
    """Return the standards of ``occupations/data/standards``."""
    return [
        from_plain(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(EXAMPLES.glob("*.json"))
    ]


def load_example_standards(*, now: datetime) -> list[OccupationalStandard]:
    """Publish the examples that are not there yet, whatever edition of theirs is."""
    there = set(OccupationalStandard.objects.values_list("occupation_id", flat=True))
    made = []
    for content in example_standards():
        if content.occupation not in there:
            standard = save_content(content=content, actor=None)
            made.append(publish_standard(standard=standard, now=now, actor=None))
    return made
