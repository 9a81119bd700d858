"""What a notice may lead to. Unions know no courses: apps above say what there is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from unions.models import Union


@dataclass(frozen=True)
class Link:
    """A page to learn from: its address on this site and what it is called."""

    url: str
    title: str


LinkSource = Callable[[Union, date], tuple[str, Iterable[Link]]]
_SOURCES: list[LinkSource] = []


def register_link_source(source: LinkSource) -> LinkSource:
    """Let ``source(union, today)`` offer a heading and at most some dozens of links to whoever writes a notice."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def links_for(union: Union, on: date) -> list[tuple[str, list[Link]]]:
    """Return what a notice of a union may lead to, by heading; headings without a link are left out."""
    offered = ((heading, list(links)) for heading, links in (source(union, on) for source in _SOURCES))
    return [(heading, links) for heading, links in offered if links]
