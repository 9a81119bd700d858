"""The public pages of the teaching pool."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.policies import guard, public
from instructors.queries import card_of, listed, profiles
from instructors.queries.standing import taught_levels
from instructors.sections import sections_of

PER_PAGE = 24


@require_safe
@guard(public)
def instructor_list(request: HttpRequest) -> HttpResponse:
    """List the instructors who made their profile public; ``q`` finds by name, pinyin, employer or trade."""
    query = request.GET.get("q", "").strip()[:40]
    found = listed()
    if query:
        found = found.matching(query)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    people = [card_of(profile) for profile in page.object_list]
    return render(request, "instructors/list.html", {"page": page, "people": people, "query": query})


@require_safe
@guard(public)
def instructor_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an instructor who made the profile public; 404 for any other."""
    profile = get_object_or_404(profiles(), slug=slug, is_listed=True)
    card = card_of(profile)
    honours = [
        {
            "when": _("%(year)s 年") % {"year": honour.year},
            "what": honour.name,
            "note": _("%(who)s 核验，%(day)s") % {"who": honour.verified_by, "day": honour.verified_on},
        }
        for honour in card.honours
    ]
    sections = [(s, render_to_string(s.template, s.context, request)) for s in sections_of(profile)]
    context = {
        "profile": profile,
        "card": card,
        "honours": honours,
        "sections": sections,
        "teaches": taught_levels(profile),
    }
    return render(request, "instructors/page.html", context)
