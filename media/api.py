"""What other apps may ask of media."""

from media.operations import UploadRefused, accept_video, enqueue_transcode, make_playable
from media.tickets import file_url

__all__ = ["UploadRefused", "accept_video", "enqueue_transcode", "file_url", "make_playable"]
