"""Codes that a union carries and that are kept elsewhere: regions (GB/T 2260) and industries (GB/T 4754)."""

import csv
from functools import cache
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"


@cache
def regions() -> dict[str, str]:
    """
    Return the names of provinces, cities and counties by code.

    >>> regions()["110000"], "330399" in regions()
    ('北京市', False)
    """
    return _read("regions.csv")


@cache
def industries() -> dict[str, str]:
    """
    Return the sections of industry by letter.

    >>> industries()["C"]
    '制造业'
    """
    return _read("industries.csv")


def _read(name: str) -> dict[str, str]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
