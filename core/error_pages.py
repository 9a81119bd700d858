"""
The pages for 400, 403, 404, 429 and 500, and the number by which an operator finds the request in the logs.

The page for 500 must stand when the database or a template tag does not: it is rendered without request, session and
user, and if even that fails a plain sentence is sent.
"""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def request_id() -> str:
    """Return the id of the request in hand, as the logs have it; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", {"request_id": request_id()}, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"request_id": request_id()}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"request_id": request_id()}, status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", {"request_id": request_id()}, status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    number = request_id() or str(getattr(request, "id", ""))
    try:
        body: str = render_to_string("500.html", {"request_id": number})
    except Exception:  # noqa: BLE001 - nothing may come after this
        structlog.get_logger(__name__).exception("error_page_failed")
        body = f"{_('出了点问题，我们已经记下了。请稍后再试。')} {number}"
    return HttpResponse(body, status=500)
