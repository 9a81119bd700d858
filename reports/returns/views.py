"""Pages and files of returns. The policies before each view say who: the union's own officers, or those of a superior."""

from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.api import User
from core.clock import day_start_ms, to_ms
from core.policies import guard
from records.api import NotSet, set_sheet
from reports.returns import files, operations
from reports.returns.models import UnionReturn
from reports.returns.queries import (
    content_of,
    expected_of,
    is_late,
    newest_period,
    recent_periods,
    return_of,
    states_of,
)
from reports.returns.rules import KINDS, content_hash, due_on
from reports.rules import BadPeriod, Period, parse_period
from reports.tables import period_name
from unions.api import Appointment, Union, is_superior, may, officer_of, superior_of, union_above, union_asked

_DUTY = Appointment.Duty.STATISTICS
_TEMPLATE = Path(__file__).with_name("return.typ")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("哪里要改"),
        max_length=500,
        error_messages={
            "required": gettext_lazy("写一句要改什么，对方会看到。"),
            "max_length": gettext_lazy("最多写 500 个字。"),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _period(code: str) -> Period:
    try:
        period = parse_period(code)
    except BadPeriod:
        raise Http404 from None
    if period.kind not in KINDS or period.start > timezone.localdate():
        raise Http404
    return period


def _officer(request: HttpRequest) -> User:
    return cast(User, request.user)


@guard(officer_of(_DUTY))
@never_cache
@require_safe
def overview(request: HttpRequest, union: UUID) -> HttpResponse:
    """A union's own returns, and, above primary unions, who below has handed in for a period."""
    node, today = union_asked(request), timezone.localdate()
    periods = recent_periods(today)
    asked = request.GET.get("period", "")
    try:
        period = parse_period(asked) if asked else newest_period(today)
    except BadPeriod:
        period = newest_period(today)
    if period.kind not in KINDS:
        period = newest_period(today)
    states = states_of(node, periods)
    expected = expected_of(node, period, today)
    missing = [line for line in expected if line.is_missing]
    context = {
        "union": node,
        "own": [(p, period_name(p), states.get(p), due_on(p)) for p in periods]
        if union_above(node.uuid)
        else [],
        "period": period,
        "period_name": period_name(period),
        "periods": [(p.code, period_name(p), p == period) for p in periods[:6]],
        "expected": expected,
        "missing": len(missing),
        "handed": len(expected) - len(missing),
        "due": due_on(period),
        "is_late": is_late(period, today),
        "may_chase": may(_officer(request), node, _DUTY, write=True),
    }
    return render(request, "reports/returns.html", context)


def _shown(request: HttpRequest, code: str) -> tuple[Union, Period, UnionReturn | None, dict[str, Any]]:
    node, period = union_asked(request), _period(code)
    handed = return_of(node, period)
    content = handed.content if handed else content_of(node, period, timezone.localdate())
    return node, period, handed, content


@guard(officer_of(_DUTY))
@never_cache
@require_safe
def show(request: HttpRequest, union: UUID, code: str) -> HttpResponse:
    """One return: what it says, what became of it, and the next step of whoever looks."""
    node, period, handed, content = _shown(request, code)
    return render(
        request, "reports/return.html", _context(request, node, period, handed, content, RemarkForm())
    )


def _context(
    request: HttpRequest,
    node: Union,
    period: Period,
    handed: UnionReturn | None,
    content: dict[str, Any],
    form: RemarkForm,
) -> dict[str, Any]:
    user, today = _officer(request), timezone.localdate()
    is_back = handed is not None and handed.state == UnionReturn.State.RETURNED
    heads = files.headings()[1:-1]
    rows = [[files._text(cell) for cell in row[1:-1]] for row in files.table(content)]
    table = {
        "caption": _("明细"),
        "columns": [{"label": head, "numeric": n > 0} for n, head in enumerate(heads)],
        "rows": [{"header": row[0], "cells": row[1:]} for row in rows[:-1]],
        "foot": {"header": rows[-1][0], "cells": rows[-1][1:]},
    }
    return {
        "union": node,
        "period": period,
        "period_name": period_name(period),
        "handed": handed,
        "is_back": is_back,
        "facts": files.facts(content, files.about_of(handed)),
        "table": table,
        "hash": handed.hash if handed else content_hash(content),
        "steps": handed.steps.select_related("by__person").order_by("pk") if handed else [],
        "may_submit": (handed is None or is_back)
        and period.end <= today
        and union_above(node.uuid) is not None
        and may(user, node, _DUTY, write=True),
        "may_answer": is_superior(user, node, _DUTY)
        and handed is not None
        and handed.state == UnionReturn.State.SUBMITTED,
        "due": due_on(period),
        "form": form,
    }


@guard(officer_of(_DUTY))
@require_safe
def download(request: HttpRequest, union: UUID, code: str, ending: str) -> HttpResponse:
    """The same as a file."""
    node, period, handed, content = _shown(request, code)
    if ending not in {"xlsx", "csv", "pdf"}:
        raise Http404
    about = files.about_of(handed)
    name = f"{node.code}-{period.code}-return.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if ending == "csv":
        return HttpResponse(
            files.csv_bytes(content, about), content_type="text/csv; charset=utf-8", headers=headers
        )
    if ending == "xlsx":
        return HttpResponse(files.xlsx_bytes(content, about), content_type=_XLSX, headers=headers)
    digest = handed.hash if handed else content_hash(content)
    sheet = files.pdf_sheet(content, about, site=settings.WAGTAIL_SITE_NAME, hash_=digest)
    at_ms = to_ms(handed.submitted_at) if handed else day_start_ms(timezone.localdate())
    try:
        pdf = set_sheet(sheet, at_ms=at_ms, template=_TEMPLATE)
    except NotSet:
        flash.error(request, _("PDF 现在排不出来，先下载表格，过一会儿再试。"))
        return redirect("reports:return", union=union, code=code)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@guard(officer_of(_DUTY, write=True))
@require_POST
def submit(request: HttpRequest, union: UUID, code: str) -> HttpResponse:
    """Hand it in: one press."""
    node, period = union_asked(request), _period(code)
    try:
        operations.submit_return(union=node, period=period, officer=_officer(request), at=timezone.now())
        flash.success(request, _("报上去了。上级看过会告诉你。"))
    except operations.ReturnError as error:
        flash.error(request, str(error))
    return redirect("reports:return", union=union, code=code)


@guard(superior_of(_DUTY))
@require_POST
def answer(request: HttpRequest, union: UUID, code: str) -> HttpResponse:
    """Accept it, or send it back with a remark."""
    node, period, handed, content = _shown(request, code)
    if handed is None:
        flash.error(request, _("这一期还没报上来。"))
        return redirect("reports:return", union=union, code=code)
    is_back = request.POST.get("do") == "back"
    form = RemarkForm(request.POST)
    if is_back and not form.is_valid():
        context = _context(request, node, period, handed, content, form)
        return render(request, "reports/return.html", context, status=422)
    told: dict[str, Any] = {"handed": handed, "officer": _officer(request), "at": timezone.now()}
    try:
        if is_back:
            operations.send_back(**told, remark=form.cleaned_data["remark"])
            flash.success(request, _("退回去了，对方会看到你的话。"))
        else:
            operations.accept_return(**told)
            flash.success(request, _("收下了。"))
    except operations.ReturnError as error:
        flash.error(request, str(error))
    return redirect("reports:return", union=union, code=code)


@guard(officer_of(_DUTY, write=True))
@require_POST
def chase(request: HttpRequest, union: UUID, code: str) -> HttpResponse:
    """Remind everybody who has not handed in."""
    node, period = union_asked(request), _period(code)
    told = operations.chase(union=node, period=period, officer=_officer(request), at=timezone.now())
    flash.success(request, _("催了 {n} 家。").format(n=told))
    return redirect(f"{request.path.rsplit('/', 3)[0]}/?period={period.code}")
