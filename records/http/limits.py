"""How often a learner may call, and how much at once. Counted in the process: a lock or a cache would cost more."""

from time import monotonic
from uuid import UUID

from django.http import HttpRequest

from core.rest import Problem

CALLS = 6_000
WINDOW_S = 60
MOST_OCTETS = 1_000_000
_MOST_LEARNERS = 50_000
_counts: dict[UUID, tuple[float, int]] = {}


def check_rate(learner: UUID, most: int | None = None) -> None:
    """
    Count a call of a learner.

    An honest player sends four beats a minute and, after a week without a network, some hundred batches.

    :raises Problem: 429, beyond ``most`` (``CALLS`` for people) in a window of a minute.
    """
    now = monotonic()
    began, count = _counts.get(learner, (now, 0))
    if now - began >= WINDOW_S:
        began, count = now, 0
    if count >= (CALLS if most is None else most):
        raise Problem("too_many_requests", retry_after=int(WINDOW_S - (now - began)) + 1)
    if len(_counts) >= _MOST_LEARNERS:
        _counts.clear()
    _counts[learner] = (began, count + 1)


def check_size(request: HttpRequest) -> None:
    """
    Refuse a body that is larger than a hundred beats can be, before it is read, and a body that is none.

    :raises Problem: 413, or 400.
    """
    try:
        size = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        size = 0
    if size > MOST_OCTETS:
        raise Problem("too_large")
    if size == 0:
        raise Problem("malformed")
