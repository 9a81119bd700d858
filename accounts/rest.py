"""Who is calling the API: a browser by its session cookie and CSRF token, everybody else by a bearer token."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from accounts.models import User
from accounts.queries import token_of
from core.rest import Problem


class BearerToken(HttpBearer):
    """``Authorization: Bearer …`` with a scope. A header that is no good is refused, not passed over to the cookie."""

    openapi_description = "A token of the command issue_token, with the scope that the call needs."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        if not request.headers.get("Authorization"):
            return None
        user = super().__call__(request)
        if not user:
            raise Problem("unauthorized")
        return user

    def authenticate(self, request: HttpRequest, token: str) -> User:
        known = token_of(token, at=timezone.now())
        if known is None:
            raise Problem("unauthorized")
        if self.scope not in known.scopes:
            raise Problem("insufficient_scope", scope=self.scope)
        request.user = known.user
        return known.user


class SessionCookie(AuthBase):
    """The browser's session; whatever changes something carries the CSRF token as well."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        user = request.user
        if not user.is_authenticated:
            raise Problem("unauthorized")
        if request.method not in {"GET", "HEAD", "OPTIONS"} and check_csrf(request) is not None:
            raise Problem("csrf")
        return user


def signed_in_with(scope: str) -> list[Callable[[HttpRequest], Any]]:
    """Return the ways in for an operation that needs this scope of a token."""
    return [BearerToken(scope), SessionCookie()]


def person_of(request: HttpRequest) -> UUID:
    """Return the uuid of the person behind an authenticated request."""
    return request.user.person.uuid  # type: ignore[union-attr]
