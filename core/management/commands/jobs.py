"""What the workers have to do, are doing and could not do."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from core.jobs import queries
from core.jobs.models import Job

OPEN = [Job.State.QUEUED.value, Job.State.RUNNING.value, Job.State.FAILED.value]
MOST = 1_000


class Command(AnsweringCommand):
    help = "Show the background jobs that wait, run or failed, the newest first, and when each worker last lived."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--state", choices=Job.State.values, help="only these; default: all that are not over well"
        )
        parser.add_argument("--limit", type=int, default=50, help=f"at most so many, 1 to {MOST}")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["limit"] <= MOST:
            raise CommandError(f"--limit is a number from 1 to {MOST}.")
        states = [options["state"]] if options["state"] else OPEN
        jobs = [_as_dict(job) for job in queries.newest(states=states, limit=options["limit"])]
        counts = queries.counts()
        workers = [{"worker": p.worker, "beat_at": _text(p.beat_at)} for p in queries.pulses()]
        lines = [" ".join(f"{state} {n}" for state, n in counts.items())]
        lines += [
            f"{j['uuid']} {j['state']:<9} {j['percent']:>3} % {j['kind']} {j['error']}".rstrip() for j in jobs
        ]
        lines += [f"worker {w['worker']}: {w['beat_at']}" for w in workers]
        body = {"counts": counts, "jobs": jobs, "workers": workers}
        self.answer(body, "\n".join(lines), as_json=options["json"])


def _as_dict(job: Job) -> dict[str, Any]:
    """Return a job without its payload and result, which may hold personal data; of an error the last line."""
    return {
        "uuid": str(job.uuid),
        "kind": job.kind,
        "state": job.state,
        "percent": job.percent,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "error": (job.error.strip().splitlines() or [""])[-1],
        "created_at": _text(job.created_at),
        "heartbeat_at": _text(job.heartbeat_at),
        "ended_at": _text(job.ended_at),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
