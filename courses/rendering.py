"""Stored blocks to HTML, once, when an edition is published. What it makes is frozen with the edition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.rich_text import expand_db_html

from courses.queries.drafts import ids_in
from courses.rules import Block, TimedPart, position_ms, shuffled, text_pieces

_SPOTS_ACROSS = 28
"""A number on a picture has a radius of this part of its width: 24 px across on a phone of 390."""
_SMALL, _LARGE = "width-480|format-webp", "width-960|format-webp"


@dataclass(frozen=True)
class Picture:
    """The addresses and size of a picture in two widths, and the size of its file in bytes."""

    small: str
    large: str
    small_width: int
    large_width: int
    width: int
    height: int


def picture_of(image: Any) -> Picture:
    """Return a library image in the widths of a phone and of a page; made now if they do not exist."""
    made = image.get_renditions(_SMALL, _LARGE)
    small, large = made[_SMALL], made[_LARGE]
    return Picture(small.url, large.url, small.width, large.width, large.width, large.height)


class FragmentRenderer:
    """Renders the lessons of one edition; asks the library once for all pictures and documents they show."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        blocks = list(blocks)
        images = get_image_model().objects.filter(pk__in=ids_in(blocks, "image"))
        documents = get_document_model().objects.filter(pk__in=ids_in(blocks, "download"))
        self._pictures = {image.pk: picture_of(image) for image in images}
        self._documents = {document.pk: document for document in documents}

    def lesson(self, blocks: list[Block], parts: list[TimedPart]) -> str:
        """
        Return the HTML of a lesson: a section for each part, its blocks inside with the ids of the part's timeline.

        ``parts`` are those that ``rules.timeline`` made of these same blocks, with their uuids.
        """
        numbered = [self._block(f"b{n}", block) for n, block in enumerate(blocks, start=1)]
        sections, position = [], 0
        for part in parts:
            count = 1
            if part.kind == "text":
                count = self._run_length(blocks, position)
            sections.append({"part": part, "blocks": numbered[position : position + count]})
            position += count
        return render_to_string("courses/fragments/lesson.html", {"sections": sections}).strip()

    @staticmethod
    def _run_length(blocks: list[Block], start: int) -> int:
        end = start
        while end < len(blocks) and blocks[end]["type"] not in {"video", "question"}:
            end += 1
        return end - start

    def _block(self, block_id: str, block: Block) -> dict[str, Any]:
        value = block["value"]
        shown: dict[str, Any] = {
            "id": block_id,
            "type": block["type"],
            "value": value,
            "template": f"courses/fragments/{block['type']}.html",
        }
        if block["type"] == "text":
            # Written through the editor's own list of allowed elements; the editor's links become addresses here.
            shown["pieces"] = [mark_safe(expand_db_html(piece)) for piece in text_pieces(value or "")]  # noqa: S308
        elif block["type"] == "formula":
            shown["formula"] = mark_safe(expand_db_html(value["formula"]))  # noqa: S308
        elif block["type"] == "question" and value["kind"] == "order":
            shown["shuffled"] = shuffled(value["options"])
        elif block["type"] == "video":
            shown["chapters"] = [
                {"at": c["at"].strip(), "ms": position_ms(c["at"]), "title": c["title"]}
                for c in value.get("chapters") or []
            ]
        elif block["type"] == "image":
            picture = shown["picture"] = self._pictures[value["image"]]
            shown["spot_radius"] = max(picture.width // _SPOTS_ACROSS, 1)
            shown["spots"] = [
                {"x": spot["x"] * picture.width // 100, "y": spot["y"] * picture.height // 100}
                for spot in value.get("hotspots") or []
            ]
        elif block["type"] == "download":
            shown["document"] = self._documents[value["document"]]
        return shown
