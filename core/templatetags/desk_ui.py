"""
The components of those who make courses: what is missing before review, what a reviewer said, where an upload is.

They stand on the site and in the CMS alike: ``site/static/css/components/making.css`` is the only sheet they need. Their
templates lie in ``site/templates/components/``, their states on ``/_patterns/states/``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from core import display

register = template.Library()


@register.inclusion_tag("components/check_panel.html")
def check_panel(
    items: Iterable[Mapping[str, Any]] = (),
    passed: int = 0,
    notes: Iterable[str] = (),
    state: str = "",
    url: str = "",
) -> dict[str, Any]:
    """
    “还差 3 项”: ``items`` are mappings with ``url``, ``text``, ``where`` and ``is_here`` (on the page that is open). Without
    items everything is there. ``state`` is loading, failed or unsaved before it is known; ``url`` then leads to the list.
    """
    items = list(items)
    known = state or ("missing" if items else "ready")
    return {"items": items, "passed": passed, "notes": list(notes), "state": known, "url": url}


@register.inclusion_tag("components/review_remark.html")
def review_remark(text: str, **options: Any) -> dict[str, Any]:
    """
    What a reviewer said. Options: ``kind`` (returned, passed, note or done), ``who``, ``step``, ``when``; ``pin`` and
    ``pin_url``: the block or the second of the video it speaks of, ``pin_here``: on the page that is edited; ``after``: what was done about it.
    """
    kind = options.pop("kind", "returned")
    icons = {"returned": "warn", "passed": "check", "note": "chat", "done": "done"}
    return {"text": text, "kind": kind, "icon": icons[kind], **options}


@register.inclusion_tag("components/upload_card.html")
def upload_card(name: str, state: str, **options: Any) -> dict[str, Any]:
    """
    A file on its way. ``state`` is queued, sending, paused, processing, done or failed. Options: ``size`` and ``sent``
    (bytes), ``stage`` (what is being done with it), ``cause`` (why it failed, and what to do), ``length``, ``url`` and
    ``action`` (a link below).
    """
    size, sent = options.pop("size", 0), options.pop("sent", 0)
    icons = {"queued": "clock", "sending": "rise", "paused": "pause", "processing": "refresh"}
    return {
        "name": name,
        "state": state,
        "icon": icons.get(state, "done" if state == "done" else "warn"),
        "size": display.file_size(size) if size else "",
        "percent": min(100, 100 * sent // size) if size else 0,
        "is_moving": state in {"sending", "paused"},
        **options,
    }
