"""
“按第 7 版，这 312 名会员会有变化”: a dry run of a version, published or not, over the last full month of the members of a
union and of all below it. Small ones are answered at once, larger ones by a job. Figures only: no names are read.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core import jobs
from records.ledger.terms import Version
from records.recounts.requests import last_month, scope_of
from records.recounts.rules import Figures
from records.recounts.running import candidates, figures_of
from unions.api import Union

JOB = "records.policy_preview"
AT_ONCE = 100
"""Learners judged while the officer waits: some ms each."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found for which days, or the job that is still finding it."""

    day_from: date
    day_to: date
    version: int
    figures: Figures | None = None
    job: UUID | None = None


def preview(*, version: Version, union: Union, today: date, by: UUID) -> Preview:
    """Return the dry run of a version over the month before a day's, or the job that does it."""
    first, last = last_month(today)
    learners = candidates(union=union, day_from=first, day_to=last)
    if len(learners) <= AT_ONCE:
        found = figures_of(learners, scope_of(version, union, first, last))
        return Preview(first, last, version.version, found)
    payload = {
        "owner": version.owner,
        "version": version.version,
        "values": version.values,
        "union": str(union.uuid),
        "days": [first.isoformat(), last.isoformat()],
    }
    job = jobs.enqueue(kind=JOB, payload=payload, by=by)
    return Preview(first, last, version.version, job=job.uuid)


def run_preview(running: jobs.RunningJob) -> dict[str, Any]:
    """Do the dry run of a job and return its figures."""
    payload = running.payload
    union = Union.objects.get(uuid=UUID(payload["union"]))
    first, last = (date.fromisoformat(day) for day in payload["days"])
    version = Version(payload["owner"], payload["version"], payload["values"])
    found = figures_of(
        candidates(union=union, day_from=first, day_to=last),
        scope_of(version, union, first, last),
        running.progress,
    )
    return found.as_json()


def preview_of(payload: dict[str, Any], result: dict[str, Any] | None) -> Preview:
    """Return a job's preview as the page shows it; without figures while there is no result."""
    first, last = (date.fromisoformat(day) for day in payload["days"])
    figures = None
    if result is not None:
        figures = Figures(**{**result, "beyond": tuple(result["beyond"])})
    return Preview(first, last, payload["version"], figures)
