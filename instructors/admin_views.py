"""The desk where honours are verified: the proof is looked at outside, the decision is noted here."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role, User
from core.policies import Policy, guard
from instructors.models import HeldHonour
from instructors.operations import CannotVerify, open_notice, verify_honour, withdraw_honour
from instructors.queries import notice_words

VERIFIERS = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)

verifier = Policy(
    "role:trade_reviewer|content_reviewer",
    lambda request, **kwargs: request.user.is_superuser or request.user.has_any_role(*VERIFIERS),
)
_REASONS = {
    "own": "自己的荣誉要由别人核验。",
    "withdrawn": "这条荣誉已经撤下，不能再核验。",
    "notice": "公示还没有满，满了再核验。",
    "verified": "这条荣誉已经核验，不用再公示。",
}


@require_http_methods(["GET", "POST"])
@guard(verifier)
def decide_honour(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one held honour and note that its public notice begins, that it is verified, or that it is withdrawn."""
    held = get_object_or_404(
        HeldHonour.objects.select_related("profile", "honour", "verified_by__person"), pk=pk
    )
    if request.method == "GET":
        context = {"held": held, "notice": notice_words(held, timezone.localdate())}
        return render(request, "instructors/admin/decide_honour.html", context)
    now = timezone.now()
    try:
        if request.POST.get("decision") == "withdraw":
            withdraw_honour(held=held, by=cast(User, request.user), now=now)
            messages.success(request, _("已撤下，各处都不再显示。"))
        elif request.POST.get("decision") == "notice":
            open_notice(held=held, by=cast(User, request.user), now=now)
            messages.success(request, _("公示开始了。满 5 个工作日没有异议，再来核验。"))
        else:
            verify_honour(held=held, by=cast(User, request.user), now=now)
            messages.success(request, _("已核验，从现在起公开显示。"))
    except CannotVerify as refusal:
        messages.error(request, _(_REASONS[str(refusal)]))
    return redirect("wagtailsnippets_instructors_heldhonour:list")
