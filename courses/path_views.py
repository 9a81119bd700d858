"""Learning paths: which there are, and one of them with where the reader stands."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.policies import guard, public
from courses.queries.paths import climbed, ladder_of, public_paths


@require_safe
@guard(public)
def paths(request: HttpRequest) -> HttpResponse:
    """List the ladders that are public."""
    return render(request, "courses/paths.html", {"paths": public_paths()})


@require_safe
@guard(public)
def path(request: HttpRequest, code: str) -> HttpResponse:
    """Show the ladder of an occupation; who is signed in sees what is done, what is next and what is locked."""
    ladder = ladder_of(code) if "\0" not in code else None
    if ladder is None:
        raise Http404
    person = request.user.person if request.user.is_authenticated else None
    levels, standing = climbed(ladder, person)
    context = {"ladder": ladder, "levels": levels, "standing": standing, "is_signed_in": person is not None}
    return render(request, "courses/path.html", context)
