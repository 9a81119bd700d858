"""
Files that only few people may see: photos and papers that prove something. They lie under the name of their hash, are
looked at by content before they are taken in, and are answered only to whom the caller lets through.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from PIL import Image

from media.operations import UploadRefused, keep_file

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")
PAPER_TYPES = (*PHOTO_TYPES, "application/pdf")
MAX_BYTES = 10 * 1024**2
MAX_PIXELS = 60_000_000
"""A phone of today takes 50 million; a small file that unfolds to more is no photo."""
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}
# A phone's photo with a depth picture behind it opens as MPO: a JPEG with more after it.
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "MPO": "image/jpeg"}
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file on disk: SHA-256 in hex, its name below the uploads, what it is, and its size in bytes."""

    sha256: str
    name: str
    content_type: str
    byte_size: int


def check_private_file(file: File, *, allowed: Collection[str] = PHOTO_TYPES) -> str:
    """
    Return what a file is by its content, whatever it is called.

    :raises UploadRefused: if it is empty, larger than 10 MB, broken, or none of ``allowed``.
    """
    if not file.size:
        raise UploadRefused(_("文件是空的，请重新选择。"))
    if file.size > MAX_BYTES:
        raise UploadRefused(_("文件超过 10 MB。请换一张小一点的，或截图以后再传。"))
    found = _content_type(file)
    file.seek(0)
    if found not in allowed:
        raise UploadRefused(
            _("只收照片（JPG、PNG、WebP）和 PDF。")
            if "application/pdf" in allowed
            else _("只收照片（JPG、PNG、WebP）。")
        )
    return found


def _content_type(file: Any) -> str:
    """Return the type of a readable picture or of a PDF, or nothing."""
    file.seek(0)
    if file.read(5) == b"%PDF-":
        return "application/pdf"
    file.seek(0)
    try:
        with Image.open(file, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return ""
            kind = _FORMATS.get(picture.format or "", "")
            picture.verify()
    except Exception:  # noqa: BLE001 (a decoder raises whatever a broken file makes of it)
        return ""
    return kind


def keep_private_file(*, file: File, allowed: Collection[str] = PHOTO_TYPES) -> KeptFile:
    """
    Write a file under the name of its hash; its bytes are on disk when this returns. Call it before the transaction
    that names the file.

    :raises UploadRefused: see ``check_private_file``.
    """
    content_type = check_private_file(file, allowed=allowed)
    digest = hashlib.sha256()
    for chunk in file.chunks(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    sha256 = digest.hexdigest()
    name = f"evidence/{sha256[:2]}/{sha256}{_SUFFIXES[content_type]}"
    keep_file(file, Path(default_storage.path(name)))
    return KeptFile(sha256, name, content_type, file.size)


def private_file_response(*, name: str, content_type: str) -> HttpResponseBase:
    """
    Answer a private file, sent by the proxy in front where there is one. No cache keeps it, and a browser neither guesses
    another type nor runs anything in it.

    :raises Http404: if the file is gone.
    """
    response: HttpResponseBase
    if settings.SENDFILE_PREFIX:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = f"{settings.SENDFILE_PREFIX}{name}"
    else:
        path = Path(settings.MEDIA_ROOT) / name
        if not path.is_file():
            raise Http404
        response = FileResponse(path.open("rb"), content_type=content_type)
    shown = "inline" if content_type in PHOTO_TYPES else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="{Path(name).name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def private_file_bytes(name: str) -> bytes | None:
    """Return what lies under a name below the uploads, for an archive; None if it is gone."""
    path = Path(settings.MEDIA_ROOT) / name
    return path.read_bytes() if path.is_file() else None
