"""What is put right, or refused, before any view sees a request."""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

_NUL = "%00"


def without_nul(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    Drop NUL from queries, and answer 404 for an address with one: no text of ours holds it, and PostgreSQL, which
    cannot store it, would fail where SQLite merely finds nothing.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise Http404
        if _NUL in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace(_NUL, "")
            vars(request).pop("GET", None)
        return get_response(request)

    return answer
