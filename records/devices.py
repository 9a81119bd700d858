"""
The device of somebody who has not signed in, known by a signed cookie.

The page of a lesson that guests may study gives the cookie; a call of the API never does, so a player whose sign-in has
run out is told so instead of becoming a guest.
"""

import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from records.operations.guests import KEPT_MS

COOKIE = "__Host-guest" if settings.SESSION_COOKIE_SECURE else "guest"
_SALT = "records.guest"


@dataclass(frozen=True, slots=True)
class GuestDevice:
    """A device by its secret, which only the device has; ``key`` is what is written down of it."""

    secret: str

    @property
    def key(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def remember(self, response: HttpResponseBase) -> None:
        """Give the device its cookie, for 24 hours from now."""
        response.set_cookie(
            COOKIE,
            signing.dumps(self.secret, salt=_SALT),
            max_age=KEPT_MS // 1_000,
            path="/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def known_device(request: HttpRequest) -> GuestDevice | None:
    """Return the guest's device; None without a cookie that we have signed within the last 24 hours."""
    try:
        secret = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT_MS // 1_000)
    except signing.BadSignature:
        return None
    return GuestDevice(str(secret))


def guest_device(request: HttpRequest) -> GuestDevice:
    """Return the guest's device, a new one if it is not known; the caller lets it ``remember``."""
    return known_device(request) or GuestDevice(secrets.token_urlsafe(32))
