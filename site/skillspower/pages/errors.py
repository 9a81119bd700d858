"""Error pages in the site's look. The one for 500 asks neither database nor session: they may be what broke."""

from structlog.contextvars import get_contextvars

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import ERROR_500_TEMPLATE_NAME, ERROR_PAGE_TEMPLATE


@requires_csrf_token
def server_error(request: HttpRequest, template_name: str = ERROR_500_TEMPLATE_NAME) -> HttpResponse:
    """Return the page for a fault of ours, with the number under which the log has it."""
    context = {"request_id": get_contextvars().get("request_id", "")}
    try:
        page = render_to_string(template_name, context)
    except Exception:  # noqa: BLE001 — whatever is broken, the person gets a page
        page = ERROR_PAGE_TEMPLATE % {"title": "我们这边出错了", "details": context["request_id"]}
    return HttpResponseServerError(page)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that waited too long, with a way back to it."""
    return HttpResponse(render_to_string("403_csrf.html", {"request": request}, request), status=403)
