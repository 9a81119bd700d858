"""Who else has a page open in the editor: Wagtail's own notice, asked of the page itself instead of its base row."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.editing_sessions import ping
from wagtail.models import Page

from core.policies import Policy, guard


def _may_edit(request: HttpRequest, object_id: int, **kwargs: Any) -> bool:
    page = Page.objects.filter(pk=object_id).first()
    return page is not None and bool(page.specific.permissions_for_user(request.user).can_edit())


page_editor = Policy("page_editor", _may_edit)


@require_POST
@guard(page_editor)
@require_admin_access
def ping_page(request: HttpRequest, object_id: int, session_id: int) -> HttpResponse:
    """
    Note that somebody has a page open and say who else has.

    Wagtail asks the base row whether they may edit, which knows nothing of co-authors: they got 404 and were never told
    of anybody. Under its own model a page answers by our rules.
    """
    model = get_object_or_404(Page, pk=object_id).specific_class or Page
    answer: HttpResponse = ping(
        request, model._meta.app_label, model._meta.model_name, str(object_id), session_id
    )
    return answer
