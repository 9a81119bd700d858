"""What the worker does for this app."""

from core import jobs
from media.models import Video
from media.operations import TRANSCODE, transcode


@jobs.job_handler(TRANSCODE, is_heavy=True)
def run_transcode(job: jobs.RunningJob) -> None:
    """Make renditions of the video that the job names; a video that was deleted meanwhile needs nothing."""
    video = Video.objects.filter(uuid=job.payload["video"]).first()
    if video is not None:
        transcode(video=video, progress=job.progress)
