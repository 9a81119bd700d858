"""Sections of an instructor's page that higher apps bring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from instructors.models import InstructorProfile


@dataclass(frozen=True)
class Section:
    """A heading, the template that draws the section and its context."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[InstructorProfile], Section | None]
_PROVIDERS: list[Provider] = []


def register_section(provider: Provider) -> Provider:
    """Let ``provider`` add a section to each instructor's page; in the order of registration."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)
    return provider


def sections_of(profile: InstructorProfile) -> list[Section]:
    """Return the sections that apps above have for an instructor."""
    return [section for provider in _PROVIDERS if (section := provider(profile)) is not None]
