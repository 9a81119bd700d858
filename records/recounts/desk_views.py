"""An officer's pages of a recount: filing one for a version, and deciding one as the second person."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import User
from core import display
from core.audit import address_of
from core.clock import day_of
from core.db import now_ms
from core.jobs.models import Job
from core.policies import guard
from records.corrections.desk import own_chains
from records.corrections.forms import DecisionForm
from records.corrections.queries import DUTY
from records.models import Recount
from records.policies.forms import RecountForm
from records.policies.queries import owner_of, version_named
from records.recounts import errors
from records.recounts.requests import decide_recount, file_recount, last_month, outcome_of
from unions.api import Union, may, officer_of

_READ, _WRITE = officer_of(DUTY), officer_of(DUTY, write=True)


def _officer(request: HttpRequest) -> User:
    return cast("User", request.user)


@guard(_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_recount(request: HttpRequest, union: UUID, version: int) -> HttpResponse:
    """File that recorded time be judged by a version of this union."""
    node, now = Union.objects.select_related("kind").get(uuid=union), now_ms()
    policy = version_named(owner_of(union), version)
    if policy is None:
        raise Http404
    first, last = last_month(day_of(now))
    form = RecountForm(request.POST or None, initial={"day_from": first, "day_to": last})
    if request.method == "POST" and form.is_valid():
        try:
            filed = file_recount(
                policy=policy,
                union=node,
                day_from=form.cleaned_data["day_from"],
                day_to=form.cleaned_data["day_to"],
                words=form.cleaned_data["words"],
                officer=_officer(request),
                now=now,
                address=address_of(request),
            )
        except errors.RecountError as error:
            form.add_error(None, str(error))
        else:
            flash.success(request, _("已经提交，等第二个人复核后入账。"))
            return redirect("records:recount", union=union, recount=filed.uuid)
    context = {"union": node, "policy": policy, "form": form}
    return render(request, "records/new_recount.html", context, status=422 if form.errors else 200)


def _recount(union: UUID, recount: UUID) -> tuple[Union, Recount]:
    found = Recount.objects.select_related("policy").filter(uuid=recount, union=union).first()
    if found is None:
        raise Http404
    return Union.objects.select_related("kind").get(uuid=union), found


@guard(_READ)
@never_cache
@require_safe
def recount(request: HttpRequest, union: UUID, recount: UUID) -> HttpResponse:
    """Show a recount: what was asked, what the dry run found, how far it is."""
    node, found = _recount(union, recount)
    return render(request, "records/recount.html", _page(request, node, found, DecisionForm()))


def _page(request: HttpRequest, node: Union, found: Recount, form: DecisionForm) -> dict[str, Any]:
    officer = _officer(request)
    is_open = found.state == Recount.State.FILED
    is_filer = found.filed_by in own_chains(officer.person)
    job = Job.objects.filter(uuid=found.job).first() if found.job else None
    return {
        "union": node,
        "rail": "policy",
        "decide_url": reverse("records:decide_recount", args=[node.uuid, found.uuid]),
        "recount": found,
        "facts": facts_of(found, job),
        "job": job,
        "form": form,
        "can_decide": is_open and not is_filer and may(officer, node, DUTY, write=True),
        "waits_for_other": is_open and is_filer,
    }


def facts_of(recount: Recount, job: Job | None) -> list[tuple[str, str]]:
    """Return what is known of a recount as terms and texts."""
    seen = recount.preview
    facts = [
        (_("按哪一版"), _("第 {version} 版").format(version=recount.policy.version)),
        (_("哪些日子"), f"{display.full_day(recount.day_from)} – {display.full_day(recount.day_to)}"),
        (_("为什么"), recount.words),
        (_("提交时试算"), _changes(seen)),
    ]
    if job is not None:
        done = outcome_of(recount)
        facts.append((_("已经入账"), _changes(done)))
        if job.state not in {Job.State.DONE, Job.State.FAILED}:
            facts.append((_("进度"), f"{job.percent}%"))
    if recount.decision:
        facts.append((_("复核意见"), recount.decision))
    return facts


def _changes(figures: dict[str, Any]) -> str:
    return _("{count} 名会员，少 {lost}，多 {gained}").format(
        count=figures["changed"],
        lost=display.spoken(figures["lost_ms"]),
        gained=display.spoken(figures["gained_ms"]),
    )


@guard(_WRITE)
@require_POST
def decide(request: HttpRequest, union: UUID, recount: UUID) -> HttpResponse:
    """Approve or refuse a recount as the second person."""
    node, found = _recount(union, recount)
    form = DecisionForm(request.POST)
    if form.is_valid():
        approve = form.cleaned_data["decision"] == form.APPROVE
        try:
            decide_recount(
                recount=found.uuid,
                officer=_officer(request),
                approve=approve,
                words=form.cleaned_data["words"],
                now=now_ms(),
                address=address_of(request),
            )
        except errors.RecountError as error:
            form.add_error(None, str(error))
        else:
            flash.success(
                request,
                _("批准了，正在逐人入账，工友会收到消息。") if approve else _("已退回，原因告诉了提交的人。"),
            )
            return redirect("records:recount", union=union, recount=recount)
    return render(request, "records/recount.html", _page(request, node, found, form), status=422)
