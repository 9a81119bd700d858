"""Pages that explain: what this is, how time is counted, for whom it is made usable."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.policies import guard, public


@require_safe
@guard(public)
def show(request: HttpRequest, page: str) -> HttpResponse:
    """Show one of the pages that ``urls`` names."""
    return render(request, f"about/{page}.html")
