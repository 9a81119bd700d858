"""
A kind of job for tests: with ``until`` in its payload it goes on until the test makes that file. Done twice it comes out
as once.
"""

import time
from pathlib import Path

from core import jobs


@jobs.job_handler("tests.probe")
def probe(job: jobs.RunningJob) -> dict[str, int]:
    folder = Path(job.payload["folder"])
    with (folder / "attempts").open("a") as attempts:
        attempts.write(f"{job.uuid}\n")
    until = job.payload.get("until")
    while until and not (folder / until).exists():
        job.progress(1, 2, "…")
        time.sleep(0.05)
    (folder / str(job.uuid)).touch()
    return {"attempt": job.attempt}
