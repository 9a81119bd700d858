"""A kind of job for tests with real workers: slow enough to be killed in the middle; done twice it comes out as once."""

import time
from pathlib import Path

from core import jobs


@jobs.job_handler("tests.probe")
def probe(job: jobs.RunningJob) -> dict[str, int]:
    folder = Path(job.payload["folder"])
    with (folder / "attempts").open("a") as attempts:
        attempts.write(f"{job.uuid}\n")
    for step in range(5):
        job.progress(step, 5, "…")
        time.sleep(job.payload["seconds"] / 5)
    (folder / str(job.uuid)).touch()
    return {"attempt": job.attempt}
