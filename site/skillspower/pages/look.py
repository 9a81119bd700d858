"""
How the pages look: a page of its own to choose, and the links that choose.

A link, not a form: it works without script and needs no CSRF cookie. Since it also writes to the account of somebody
signed in, a link that another site put before people changes nothing.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.api import set_look
from core.look import CHOICES, MAX_AGE_S, cookie_name, known
from core.policies import guard, public


@require_GET
@guard(public)
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """
    Keep the choices named in the query and go back to ``next`` on this site; without one, show the page to choose.

    Unknown values change nothing.
    """
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if not CHOICES.keys() & request.GET.keys():
        return render(request, "look.html", {"back": back})
    response = HttpResponseRedirect(back)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return response
    wanted = known({key: request.GET.get(key) for key in CHOICES})
    if wanted and request.user.is_authenticated:
        set_look(user=request.user, choices=wanted)
    for key, value in wanted.items():
        if value == CHOICES[key][0]:
            response.delete_cookie(cookie_name(key), samesite="Lax")
        else:
            response.set_cookie(
                cookie_name(key),
                value,
                max_age=MAX_AGE_S,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
    return response
