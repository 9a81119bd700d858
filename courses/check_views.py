"""The operator's page of the standards check: which rules there are, why, and which ones courses are held to."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role, User
from core.policies import Policy, guard
from courses.checks import RULES
from courses.models import SwitchedOffRule
from courses.operations import CannotSwitch, switch_rule

operator = Policy(
    "course_rules_operator",
    lambda request, **kwargs: request.user.is_superuser or request.user.has_any_role(Role.SYSTEM_ADMIN),
)


@require_http_methods(["GET", "POST"])
@guard(operator)
def rules(request: HttpRequest) -> HttpResponse:
    """List the rules; on POST switch one off or on again."""
    refused = ""
    if request.method == "POST":
        key, is_on = request.POST.get("rule", ""), request.POST.get("state") == "on"
        try:
            switch_rule(
                key=key,
                is_on=is_on,
                by=cast(User, request.user),
                now=timezone.now(),
                reason=request.POST.get("reason", ""),
            )
        except CannotSwitch as error:
            refused = _WHY_NOT[str(error)]()
        else:
            messages.success(request, _("改好了，下一次检查就按它。"))
            return redirect("course_rules")
    off = {row.key: row for row in SwitchedOffRule.objects.select_related("switched_by__person")}
    context = {"rows": [(rule, off.get(rule.key)) for rule in RULES], "refused": refused}
    return render(request, "courses/admin/rules.html", context, status=422 if refused else 200)


_WHY_NOT = {
    "unknown": lambda: _("没有这条检查，刷新一下再看。"),
    "needed": lambda: _("这条关不了：缺了它，课程做不成一版。"),
    "reason": lambda: _("写一句为什么关，以后的人要知道。"),
}
