"""The contract between a lesson's page and ``<lesson-player>``: see ``site/static/js/player/README.md``."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.clock import to_ms
from core.look import is_elder
from courses.models import EditionLesson, Part
from courses.owner_keys import owner_keys_of
from courses.queries.served import LessonState
from media.api import file_url
from media.models import Video
from records.api import GuestDevice, terms_now

_HLS = "application/vnd.apple.mpegurl"


def player_config(
    request: HttpRequest,
    *,
    lesson: EditionLesson,
    parts: list[Part],
    after: LessonState | None,
    guest: GuestDevice | None = None,
) -> dict[str, Any]:
    """
    Return what the player needs to know, as plain values. Addresses of videos are this viewer's own. ``guest`` is the
    device of somebody who has not signed in.
    """
    here = reverse("courses:lesson", args=[lesson.lesson])
    person = None if guest else request.user.person.uuid  # type: ignore[union-attr]
    learner = f"guest-{guest.key[:16]}" if guest else str(person)
    terms = terms_now(
        learner=person,
        owner_keys=owner_keys_of(lesson=lesson.lesson, person=person) if person else (),
        now=to_ms(timezone.now()),  # what is only told needs no question to the database's clock
        is_elder=is_elder(request),
    )
    return {
        "lesson": str(lesson.lesson),
        "learner": learner,
        "is_guest": guest is not None,
        "session_url": "/api/v1/study/sessions",
        "csrf": {"header": "X-CSRFToken", "token": get_token(request)},
        "presence_timeout_ms": terms.presence_timeout_ms,
        "max_rate": terms.max_rate_permille / 1_000,
        "sound_counts": terms.sound_only,
        "sign_in_url": f"/accounts/login/?next={here}",
        "next": {"url": after.url, "title": after.title} if after else None,
        "parts": [_part(request, lesson, part) for part in parts],
    }


def may_be_kept(parts: Sequence[Part]) -> bool:
    """Tell whether a lesson can be taken along: one of text and questions; films do not fit into a browser's storage."""
    return bool(parts) and all(part.video is None for part in parts)


def kept_config(config: dict[str, Any]) -> dict[str, Any]:
    """Return the same for a page that a device keeps: without a token that grows old, to be studied by its licence."""
    return {**config, "csrf": None, "is_kept": True}


def _part(request: HttpRequest, lesson: EditionLesson, part: Part) -> dict[str, Any]:
    base = {"part": str(part.uuid), "kind": part.kind, "nominal_ms": part.nominal_ms}
    if part.video is None:
        return {**base, "blocks": part.blocks}
    return {**base, **_media(request, lesson, part, part.video)}


def _media(request: HttpRequest, lesson: EditionLesson, part: Part, video: Video) -> dict[str, Any]:
    qualities = sorted(video.renditions.all(), key=lambda r: r.byte_size)
    media: dict[str, Any] = {
        "src": file_url(request, video.uuid),
        "mime": _HLS,
        "poster": file_url(request, video.uuid, "poster.jpg"),
        "sizes": [
            {"label": _quality(n, len(qualities)), "height": r.height, "bytes": r.byte_size}
            for n, r in enumerate(qualities)
        ],
    }
    if video.captions:
        address = reverse("courses:captions", args=[lesson.lesson, part.uuid])
        media["captions"] = [{"src": address, "lang": "zh-Hans", "label": _("中文字幕")}]
    return media


def _quality(place: int, count: int) -> str:
    if place == 0:
        return _("省流")
    return _("高清") if place == count - 1 else _("标清")
