"""
What an app above says on a standard's page: how many lessons teach each requirement of a level, and a part of its own.

This app knows no course: ``courses`` registers a source when it starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from occupations.models import OccupationalStandard


@dataclass(frozen=True)
class Teaching:
    """``lessons`` by kind and code of the requirement, those without any left out; a template with its context."""

    lessons: dict[tuple[str, str], int]
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Source = Callable[[OccupationalStandard, int, HttpRequest], Teaching]
_SOURCES: list[Source] = []


def register_teaching(source: Source) -> None:
    """Let a source speak on every standard's page; registering it twice does nothing."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def teaching_of(standard: OccupationalStandard, rank: int, request: HttpRequest) -> list[Teaching]:
    """Return what is said of a level of a standard."""
    return [source(standard, rank, request) for source in _SOURCES]
