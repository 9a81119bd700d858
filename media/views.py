"""Delivery of files: a video by a ticket in its path, the scaled pictures of pages to everybody."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from core.policies import guard, public
from media.models import Video
from media.tickets import read_ticket

_PATH = re.compile(r"master\.m3u8|poster\.jpg|[0-9]{3,4}p/(index\.m3u8|init\.mp4|[0-9]{4}\.m4s)")
_PICTURE = re.compile(r"[\w.-]+\.(avif|gif|jpe?g|png|webp)", re.ASCII)
_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".jpg": "image/jpeg",
}


@guard(public)
def video_file(request: HttpRequest, ticket: str, path: str) -> HttpResponseBase:
    """Answer one file of a video to the viewer whom the ticket names; to everybody else there is no such file."""
    video_uuid = read_ticket(ticket, request=request)
    if video_uuid is None or not _PATH.fullmatch(path):
        raise Http404
    row = (
        Video.objects.filter(uuid=video_uuid, state=Video.State.READY)
        .values_list("poster", flat=True)
        .first()
    )
    if not row:
        raise Http404
    relative = f"{row.rsplit('/', 1)[0]}/{path}"
    content_type = _TYPES[Path(path).suffix]
    response = _file(relative, content_type)
    # Names of files follow the content, but the ticket is the viewer's own: no shared cache may keep them.
    response["Cache-Control"] = "private, max-age=43200"
    return response


@require_safe
@guard(public)
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """
    Answer a picture that the library has scaled for a page. Originals are not served: they may hold where and when a
    photo was taken.
    """
    if not _PICTURE.fullmatch(name):
        raise Http404
    response = _file(f"images/{name}", _TYPES[Path(name).suffix])
    # A changed picture gets another name, so whoever has this one has it for good.
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _file(relative: str, content_type: str) -> HttpResponseBase:
    """Return the answer with an upload, sent by the proxy in front where there is one; 404 if it does not exist."""
    if settings.SENDFILE_PREFIX:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"{settings.SENDFILE_PREFIX}{relative}"
        return response
    file = Path(settings.MEDIA_ROOT) / relative
    if not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), content_type=content_type)
