"""What the frame of every page shows of the person. Lazy: a page that shows none of it pays nothing."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from core import inbox


def bell(request: HttpRequest) -> dict[str, Any]:
    """Return ``unread_count``: how many messages wait."""

    def count() -> int:
        user = getattr(request, "user", None)
        return inbox.bell_count(user, timezone.now()) if user is not None and user.is_authenticated else 0

    return {"unread_count": SimpleLazyObject(count)}
