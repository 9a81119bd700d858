"""
Somebody who has not signed in, known by a cookie of the device: what it may open, and how its minutes find their owner.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from core.audit import address_of
from core.db import now_ms
from core.limits import within_limit
from core.look import is_elder
from core.rest import Problem
from records.devices import COOKIE, known_device
from records.http.limits import check_rate
from records.operations.claims import claim_guest_study
from records.operations.guests import GuestLimit, open_guest_session
from records.operations.sessions import LessonNotOpen, Opened, SessionTaken, resolve_lesson

CALLS_A_MINUTE = 240
OPENINGS_OF_AN_ADDRESS = 1_200
"""An hour; a training room may stand behind one address."""
log = structlog.get_logger(__name__)


class GuestCookie(AuthBase):
    """A guest's device. Whoever is signed in is no guest; whatever changes something carries the CSRF token as well."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "guest"

    def __call__(self, request: HttpRequest) -> Any:
        if request.user.is_authenticated:
            return None
        known = known_device(request)
        if known is None:
            return None
        device = known.key
        if check_csrf(request) is not None:
            raise Problem("csrf")
        check_rate(UUID(device[:32]), CALLS_A_MINUTE)
        request.guest_device = device  # type: ignore[attr-defined]
        return device


def guest_of(request: HttpRequest) -> str | None:
    """Return the device of a request that came as a guest's."""
    return getattr(request, "guest_device", None)


def open_as_guest(request: HttpRequest, device: str, *, session: UUID, lesson: UUID) -> Opened:
    """
    Open a session of a guest.

    :raises Problem: 403 for a lesson that is not the first of its course or when the device has studied enough, 404,
        409, or 429 for too many from one address.
    """
    address = address_of(request)
    if not within_limit(f"guest:{address}", amount=OPENINGS_OF_AN_ADDRESS, seconds=3_600):
        raise Problem("too_many_requests", retry_after=3_600)
    try:
        # No person has this uuid, so the lesson answers as it does to a guest.
        snapshot = resolve_lesson(lesson=lesson, learner=UUID(device[:32]), now=now_ms())
        return open_guest_session(device=device, session=session, lesson=snapshot, is_elder=is_elder(request))
    except SessionTaken as error:
        raise Problem("conflict", _("这个会话编号已经用过了。")) from error
    except LessonNotOpen as error:
        raise Problem("lesson_not_open", str(error)) from error
    except GuestLimit as error:
        words = _("不登录学的先记到这里。登录以后接着学，前面的也替你记上。")
        raise Problem("lesson_not_open", words) from error
    except LookupError as error:
        raise Problem("not_found", _("没有这节课。")) from error


class ClaimGuestStudy:
    """
    Give what waits on a device to the person who has signed in there, before the page they asked for is made; the
    device is then nobody's again.

    Somebody whose number opened an entry of a union's roll is asked first whether that is the same human being: until
    then the minutes wait, because what is in a ledger stays there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_done = COOKIE in request.COOKIES and self._claim(request)
        response = self.get_response(request)
        if is_done and COOKIE not in response.cookies:
            response.delete_cookie(COOKIE, path="/", samesite="Lax")
        return response

    def _claim(self, request: HttpRequest) -> bool:
        """Tell whether nothing waits under the cookie any more."""
        user = request.user
        if not user.is_authenticated or (user.onboarded_at is None and user.person.name):
            return False
        device = known_device(request)
        if device is None:
            return True
        try:
            claimed = claim_guest_study(device=device.key, learner=user.person.uuid)
        except Exception:
            # It can be tried again with the next page; the page that was asked for is not to blame.
            log.exception("guest_claim_failed")
            return False
        if claimed:
            log.info("guest_study_claimed", sessions=claimed)
        return True
