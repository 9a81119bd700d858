"""What other apps may ask of media."""

from media.operations import UploadRefused, accept_video, enqueue_transcode, make_playable
from media.private import (
    MAX_BYTES,
    PAPER_TYPES,
    PHOTO_TYPES,
    KeptFile,
    check_private_file,
    keep_private_file,
    private_file_bytes,
    private_file_response,
)
from media.tickets import file_url

__all__ = [
    "MAX_BYTES",
    "PAPER_TYPES",
    "PHOTO_TYPES",
    "KeptFile",
    "UploadRefused",
    "accept_video",
    "check_private_file",
    "enqueue_transcode",
    "file_url",
    "keep_private_file",
    "make_playable",
    "private_file_bytes",
    "private_file_response",
]
