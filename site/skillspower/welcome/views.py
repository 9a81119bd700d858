"""The pages between the first sign-in and the first lesson."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import User, disclaim_roll_entry, finish_welcome, mask_name
from core.policies import guard, signed_in
from core.trades import trade_of
from courses.api import CourseCard, published_cards
from unions.api import membership_on, open_request_of

DESTINATION = "welcome_next"
"""Session key: where the person was going when the door stopped them."""


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@guard(signed_in)
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Remember where the person was going, and ask the first question that is still open."""
    url = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        request.session[DESTINATION] = url
    user = _user(request)
    membership = membership_on(user.person.uuid, timezone.localdate())
    if membership is not None:
        # On a union's roll before the first sign-in: is it the same human being?
        is_first = user.onboarded_at is None and bool(user.person.name)
        return redirect("welcome:roll" if is_first else "welcome:trade")
    if request.session.get(DESTINATION, "").startswith("/join/"):
        # Came by an invitation: its page makes the member, the trade is asked after it.
        destination = request.session.pop(DESTINATION)
        return redirect(f"{destination}?{urlencode({'next': reverse('welcome:trade')})}")
    if open_request_of(user.person.uuid) is not None:
        return redirect("welcome:trade")
    return redirect(f"{reverse('unions:search')}?{urlencode({'next': reverse('welcome:trade')})}")


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roll(request: HttpRequest) -> HttpResponse:
    """“是你吗？”: a number on a union's roll may have a new owner."""
    user = _user(request)
    membership = membership_on(user.person.uuid, timezone.localdate())
    if membership is None or user.onboarded_at is not None:
        return redirect("welcome:start")
    if request.method == "POST":
        if request.POST.get("me") == "no":
            disclaim_roll_entry(user=user)
            return redirect("welcome:start")
        return redirect("welcome:trade")
    context = {"step": 2, "union": membership.union, "name": mask_name(user.person.name)}
    return render(request, "welcome/roll.html", context)


@guard(signed_in)
@require_safe
def trade_next(request: HttpRequest) -> HttpResponse:
    """Ask the trade where it is not known yet."""
    if _user(request).person.occupation_code:
        return redirect("welcome:done")
    return redirect(f"{reverse('me:trade')}?{urlencode({'next': reverse('welcome:done')})}")


@guard(signed_in)
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """“进来了”: the welcome is over, and a first lesson is one tap away."""
    user = _user(request)
    finish_welcome(user=user, now=timezone.now())
    first = _first_course(user.person.occupation_code)
    context: dict[str, Any] = {
        "destination": request.session.pop(DESTINATION, ""),
        "waiting": open_request_of(user.person.uuid),
        "course": first,
        "minutes": max(1, round(first.ms / max(1, first.lessons) / 60_000)) if first else 0,
    }
    return render(request, "welcome/done.html", context)


def _first_course(occupation_code: str) -> CourseCard | None:
    """Return a course of one's own occupation, else of the same tile, else the newest."""
    own = published_cards(limit=1, occupation=occupation_code) if occupation_code else []
    if own:
        return own[0]
    newest = published_cards(limit=20)
    trade = trade_of(occupation_code)
    return next((card for card in newest if card.trade == trade), next(iter(newest), None))
