"""What other apps may ask of media."""

from media.operations import UploadRefused, accept_video, enqueue_transcode
from media.tickets import file_url

__all__ = ["UploadRefused", "accept_video", "enqueue_transcode", "file_url"]
