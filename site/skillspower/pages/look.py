"""Choosing theme, reading mode and text size. A link, not a form: it works without script and needs no CSRF cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from core.look import CHOICES, MAX_AGE_S, cookie_name
from core.policies import guard, public


@require_safe
@guard(public)
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choices named in the query and go back to ``next`` on this site. Unknown values change nothing."""
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for key, values in CHOICES.items():
        value = request.GET.get(key)
        if value == values[0]:
            response.delete_cookie(cookie_name(key), samesite="Lax")
        elif value in values:
            response.set_cookie(
                cookie_name(key),
                value,
                max_age=MAX_AGE_S,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
    return response
