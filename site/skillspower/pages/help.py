"""Pages that explain: what this is, how time is counted, for whom it is made usable."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.policies import guard, public

PAGES = ("about", "study-hours", "accessibility")


@require_safe
@guard(public)
def show(request: HttpRequest, name: str) -> HttpResponse:
    """
    Show one page of explanations.

    :raises Http404: if there is none of this name.
    """
    if name not in PAGES:
        raise Http404
    return render(request, f"help/{name}.html")
