"""The pages of the demo: the tour, and the click that makes one somebody of the cast."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.policies import guard
from skillspower.demo.door import ROLES, at_this_machine, enter
from skillspower.demo.tour import STEPS


@guard(at_this_machine)
@never_cache
@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """Show the six steps, each with the button that changes the role and leads there."""
    login = request.user.get_username() if request.user.is_authenticated else ""
    steps: list[dict[str, Any]] = [
        {"step": step, "is_me": step.role.login == login, "address": step.address()}
        for step in STEPS.values()
    ]
    on_tour = {step.role.key for step in STEPS.values()}
    others = [role for key, role in ROLES.items() if key not in on_tour]
    return render(request, "demo/tour.html", {"steps": steps, "others": others, "login": login})


@guard(at_this_machine)
@require_POST
def enter_as(request: HttpRequest, role: str) -> HttpResponse:
    """
    Sign in as one of the cast and go where that person's work begins, or to the place of the tour's ``step``.

    :raises Http404: if there is no such role or step, or the community has no such page.
    """
    step = STEPS.get(request.POST.get("step", ""))
    if role not in ROLES or ("step" in request.POST and (step is None or step.role.key != role)):
        raise Http404
    address = step.address() if step else ROLES[role].home
    if address is None:
        raise Http404
    enter(request, ROLES[role])
    return HttpResponseRedirect(address)
