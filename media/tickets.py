"""
Tickets for files: whoever may see a lesson gets a path that opens its video for some hours, for this viewer only.

The app that knows the lesson decides and asks for a ticket; this one checks it. A ticket stands in the path, so the
relative addresses inside a playlist carry it along and a native player needs no header. It names its six-hour window
and not its minute: within the window the address stays the same and the browser's cache serves a second viewing.
"""

import time
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

_SALT = "media.ticket"
WINDOW_SECONDS = 6 * 3600


def viewer_key(request: HttpRequest) -> str:
    """Return who is looking: the account, or the session of a guest (made when there is none)."""
    if request.user.is_authenticated:
        return f"u{request.user.pk}"
    if not request.session.session_key:
        request.session.create()
    return f"s{request.session.session_key}"


def _signature(video: str, viewer: str, window: int) -> str:
    return signing.Signer(salt=_SALT).signature(f"{video}/{viewer}/{window}")


def file_url(request: HttpRequest, video: UUID, path: str = "master.m3u8") -> str:
    """Return the address of one of a video's files for this viewer: the master playlist unless another is named."""
    window = int(time.time()) // WINDOW_SECONDS
    ticket = f"{video}.{window}.{_signature(str(video), viewer_key(request), window)}"
    return reverse("media:file", kwargs={"ticket": ticket, "path": path})


def read_ticket(ticket: str, *, request: HttpRequest) -> UUID | None:
    """Return the video a ticket opens for this viewer, or None when it is forged, too old or somebody else's."""
    try:
        video, window_text, signature = ticket.split(".")
        window = int(window_text)
        uuid = UUID(video)
    except ValueError:
        return None
    is_current = 0 <= int(time.time()) // WINDOW_SECONDS - window <= 1
    expected = _signature(video, viewer_key(request), window)
    return uuid if is_current and constant_time_compare(signature, expected) else None
