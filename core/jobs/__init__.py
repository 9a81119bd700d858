"""
Work in the background that ends, whatever is killed.

``enqueue`` inside a transaction accepts a job; a function under ``@job_handler(kind)`` in an app's ``handlers.py`` does
it. The row of the job is the truth; messages on the broker only wake a worker, and the sweeper wakes it again.
"""

from core.jobs.operations import ClaimLost, JobFailed, RunningJob, cancel, enqueue, job_handler
from core.jobs.queries import failures

__all__ = ["ClaimLost", "JobFailed", "RunningJob", "cancel", "enqueue", "failures", "job_handler"]
