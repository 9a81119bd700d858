"""A learner's own page of records."""

from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.api import User
from core.clock import day_of
from core.policies import guard, signed_in
from records.breakdown import SOURCES
from records.goals import month_goal_ms
from records.presentation import Asked, records_page
from records.queries import standing_of


@guard(signed_in)
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what was counted and what was not, by day, and what can still be made up."""
    learner = cast("User", request.user).person.uuid
    standing = standing_of(learner)
    asked, is_bad = _asked(request)
    goal_ms = month_goal_ms(learner, day_of(standing.now))
    context = records_page(learner=learner, asked=asked, standing=standing, goal_ms=goal_ms)
    return render(request, "records/own.html", context, status=400 if is_bad else 200)


def _asked(request: HttpRequest) -> tuple[Asked, bool]:
    """Return what the address asks for; what cannot be read is left out, and said so by the status."""
    month, before, is_bad = None, None, False
    if text := request.GET.get("month", ""):
        month = _date(f"{text}-01")
        is_bad |= month is None
    if text := request.GET.get("before", ""):
        before = _date(text)
        is_bad |= before is None
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    source = request.GET.get("source", "")
    is_bad |= bool(source) and source not in SOURCES
    asked = Asked(
        words,
        month,
        _key(request, "occupation", 20),
        before,
        _key(request, "course", 80),
        source if source in SOURCES else "",
    )
    return asked, is_bad


def _key(request: HttpRequest, name: str, longest: int) -> str:
    return request.GET.get(name, "")[:longest].replace("\x00", "")


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
