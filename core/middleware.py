"""What is put right, or refused, before any view sees a request."""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDictKeyError

from core.error_pages import bad_request
from core.rest import Problem, problem_response

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


def whole_forms(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    Answer 400 when a form lacks a field that its view counts on, as Wagtail's editor does with the number of a stream's
    blocks: such a request was cut off or made by hand, and is nobody's fault but its sender's.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def refuse(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if request.method == "POST" and isinstance(error, MultiValueDictKeyError):
            return bad_request(request, error)
        return None

    answer.process_exception = refuse  # type: ignore[attr-defined]
    return answer


def api_problems(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer the API's 405 as the problem it is, with what the address does support; the library sends a page."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != 405 or not request.path_info.startswith("/api/"):
            return response
        problem = problem_response(Problem("method_not_allowed"))
        problem["Allow"] = response.get("Allow", "")
        return problem

    return answer
