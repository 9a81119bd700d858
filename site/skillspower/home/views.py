"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import inbox
from core.clock import from_ms, to_ms
from core.policies import guard, public
from skillspower.home.queries import anonymous_home, worker_home


def greeting(hour: int) -> str:
    """Return the greeting of an hour in Shanghai; who comes off the night shift is greeted like everybody."""
    if 5 <= hour < 11:
        return _("早上好")
    if 11 <= hour < 13:
        return _("中午好")
    if 13 <= hour < 18:
        return _("下午好")
    return _("晚上好")


@guard(public)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show guests what there is, and workers what to go on with."""
    if not request.user.is_authenticated:
        return render(request, "home/anonymous.html", anonymous_home())
    now = to_ms(timezone.now())
    person = request.user.person
    context = worker_home(person=person, now_ms=now)
    context["tasks"] = inbox.open_tasks(request.user, from_ms(now))
    hello = {"greeting": greeting(from_ms(now).hour), "name": str(person)}
    return render(request, "home/worker.html", {**context, **hello})
