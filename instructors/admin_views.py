"""The desk where honours are verified: the proof is looked at outside, the decision is noted here."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role, User
from core.audit import address_of
from core.policies import Policy, guard
from instructors.forms import GradeForm
from instructors.models import HeldHonour, InstructorProfile, Qualification
from instructors.operations import (
    CannotGrade,
    CannotVerify,
    agree_grade,
    end_grade,
    open_notice,
    propose_grade,
    reveal_number,
    verify_honour,
    verify_qualification,
    withdraw_honour,
    withdraw_qualification,
)
from instructors.queries import notice_words
from instructors.queries.standing import grade_story
from instructors.rules import masked

VERIFIERS = (Role.TRADE_REVIEWER, Role.CONTENT_REVIEWER)

verifier = Policy(
    "role:trade_reviewer|content_reviewer",
    lambda request, **kwargs: request.user.is_superuser or request.user.has_any_role(*VERIFIERS),
)
_REASONS = {
    "own": "自己的要由别人核验。",
    "withdrawn": "这条荣誉已经撤下，不能再核验。",
    "notice": "公示还没有满，满了再核验。",
    "verified": "这条荣誉已经核验，不用再公示。",
}
_GRADE_REASONS = {
    "own": "自己的等级要由别人来定。",
    "waits": "已经有一个提议等着另一个人同意。",
    "same": "这是你提的，要另一个人来定。",
    "closed": "这个提议已经有结果了。",
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


@require_http_methods(["GET", "POST"])
@guard(verifier)
def decide_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a qualification with its proof's last figures; verify or withdraw it; show the whole number for a reason."""
    held = get_object_or_404(
        Qualification.objects.select_related("profile", "occupation", "level", "verified_by__person"), pk=pk
    )
    context: dict[str, Any] = {"held": held, "number": masked(held.number)}
    if request.method == "GET":
        return render(request, "instructors/admin/decide_qualification.html", context)
    user, now = cast(User, request.user), timezone.now()
    decision = request.POST.get("decision")
    if decision == "reveal":
        reason = request.POST.get("reason", "").strip()[:200]
        if not reason:
            context["missing_reason"] = True
            return render(request, "instructors/admin/decide_qualification.html", context, status=422)
        context["number"] = reveal_number(held=held, by=user, reason=reason, address=address_of(request))
        return render(request, "instructors/admin/decide_qualification.html", context)
    try:
        if decision == "withdraw":
            withdraw_qualification(held=held, by=user, now=now)
            messages.success(request, _("已撤下，能教的等级已经重新算过。"))
        else:
            verify_qualification(held=held, by=user, now=now)
            messages.success(request, _("已核验，能教的等级已经重新算过。"))
    except CannotVerify as refusal:
        messages.error(request, _(_REASONS[str(refusal)]))
    return redirect("wagtailsnippets_instructors_qualification:list")


@require_http_methods(["GET", "POST"])
@guard(verifier)
def set_grade(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how an instructor's grade comes about; propose another with a reason, or decide what somebody proposed."""
    profile = get_object_or_404(InstructorProfile, pk=pk)
    form = GradeForm(request.POST or None)
    if request.method == "POST":
        try:
            words = _grade_act(request, profile, form)
        except CannotGrade as refusal:
            messages.error(request, _(_GRADE_REASONS[str(refusal)]))
            return redirect("set_grade", pk=pk)
        if words:
            messages.success(request, words)
            return redirect("set_grade", pk=pk)
    context = {"profile": profile, "form": form, **grade_story(profile)}
    status = 422 if request.method == "POST" else 200
    return render(request, "instructors/admin/set_grade.html", context, status=status)


def _grade_act(request: HttpRequest, profile: InstructorProfile, form: GradeForm) -> str:
    """Do what was pressed; return what to say, empty if the form is not filled in."""
    user, now = cast(User, request.user), timezone.now()
    standing = profile.grade_overrides.filter(ended_at=None)
    decision = request.POST.get("decision")
    if decision in {"agree", "refuse"}:
        proposal = get_object_or_404(standing, is_agreed=None)
        agree_grade(proposal=proposal, agree=decision == "agree", by=user, now=now)
        return _("已同意，等级改了。") if decision == "agree" else _("已退回。")
    if decision == "end":
        end_grade(override=get_object_or_404(standing, is_agreed=True), by=user, now=now)
        return _("已取消，等级按规则算。")
    if not form.is_valid():
        return ""
    propose_grade(
        profile=profile,
        grade=form.cleaned_data["grade"],
        reason=form.cleaned_data["reason"],
        by=user,
        now=now,
    )
    return _("已提交，要另一个人同意才算数。")
