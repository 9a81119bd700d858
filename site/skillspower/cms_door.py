"""The way into the CMS: through our own sign-in, which has the limits and the audit."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from core.policies import guard, public


@require_safe
@guard(public)
def login(request: HttpRequest) -> HttpResponse:
    """
    Send to sign-in who is not in, and back where they were going. Who is in and was sent here may not go there: sign-in
    would send them back again, and so on for ever.

    :raises PermissionDenied: if the person is signed in.
    """
    if request.user.is_authenticated:
        # The CMS has left a message of its own, in its own words; the page for 403 says it.
        list(messages.get_messages(request))
        raise PermissionDenied
    return redirect(f"/accounts/login/?{request.GET.urlencode(safe='/')}")
