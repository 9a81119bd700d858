"""
Who may open what. Every route names a policy; ``tests/permissions`` asks for every route as everybody and compares with a
table.

A view of ours says ``@guard(signed_in)``; a library's routes (sign-in, the CMS, documents) are registered by the
prefix of their route in ``skillspower.route_policies``. A policy looks at the request and the route's arguments and
lets pass, sends to sign-in (nobody is signed in), or answers 404 or 403. 404 is the answer where the existence of a
thing is itself private: an officer asking for a foreign union learns nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]
Check = Callable[..., bool]


@dataclass(frozen=True)
class Policy:
    """``allows(request, **route arguments)`` is asked of signed-in people unless ``is_public``."""

    name: str
    allows: Check
    is_public: bool = False
    hides: bool = False
    """Refuse with 404 instead of 403."""

    def refusal(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        """
        Return None when the request may pass, or the answer that sends to sign-in.

        :raises PermissionDenied: if the person may not open this.
        :raises Http404: if the person may not even know that it exists.
        """
        if self.is_public:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if self.allows(request, **kwargs):
            return None
        if self.hides:
            raise Http404
        raise PermissionDenied


public = Policy("public", lambda request, **kwargs: True, is_public=True)
signed_in = Policy("signed_in", lambda request, **kwargs: True)


def guard(policy: Policy) -> Callable[[View], View]:
    """Put a policy before a view, and leave it there for the test that walks all routes."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            refused = policy.refusal(request, **kwargs)
            return view(request, *args, **kwargs) if refused is None else refused

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return decorate


_BY_PREFIX: dict[str, Policy] = {}


def register_routes(prefix: str, policy: Policy) -> None:
    """
    Name the policy of all routes below a prefix, for views that are not ours and guard themselves.

    :raises ValueError: if the prefix has another policy already.
    """
    known = _BY_PREFIX.setdefault(prefix, policy)
    if known is not policy:
        raise ValueError(f"routes below {prefix!r} have the policy {known.name}")


def policy_of(route: str, view: Any) -> Policy | None:
    """Return the policy of a route: the view's own, else that of the longest registered prefix."""
    own: Policy | None = getattr(view, "policy", None)
    if own is not None:
        return own
    prefixes = [p for p in _BY_PREFIX if route.startswith(p)]
    return _BY_PREFIX[max(prefixes, key=len)] if prefixes else None
