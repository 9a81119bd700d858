"""Notices: writing and taking back for officers, reading for those whom they concern."""

from datetime import date, timedelta
from typing import cast
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import User
from core.policies import guard
from unions import operations
from unions.exceptions import UnionError
from unions.forms import NoticeForm
from unions.links import links_for
from unions.models import Notice, Union
from unions.noticeboard import may_write_notices, notice_reader, notice_writer, notices_of

USUAL_DAYS = 14


def _officer(request: HttpRequest) -> User:
    return cast(User, request.user)


@guard(notice_writer)
@never_cache
@require_safe
def board(request: HttpRequest, union: UUID) -> HttpResponse:
    """Everything a union ever told, with what became of it."""
    node = Union.objects.get(uuid=union)
    today = timezone.localdate()
    rows = [(notice, _state(notice, today)) for notice in notices_of(node)]
    return render(request, "unions/notices.html", {"union": node, "rows": rows})


def _state(notice: Notice, today: date) -> str:
    if notice.withdrawn_at is not None:
        return "withdrawn"
    if notice.active_from > today:
        return "ahead"
    return "current" if today < notice.active_to else "over"


@guard(notice_writer)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, union: UUID) -> HttpResponse:
    """Write a notice; ``like`` begins with the words of an earlier one."""
    node, today = Union.objects.get(uuid=union), timezone.localdate()
    offered = links_for(node, today)
    initial: dict[str, object] = {
        "active_from": today,
        "last_day": today + timedelta(days=USUAL_DAYS - 1),
        **_words_of(node, request.GET.get("like", "")),
    }
    data = request.POST if request.method == "POST" else None
    form = NoticeForm(data, offered=offered, today=today, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            operations.publish_notice(
                union=node,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                url=form.cleaned_data["url"],
                url_title=form.url_title,
                active_from=form.cleaned_data["active_from"],
                last_day=form.cleaned_data["last_day"],
                officer=_officer(request),
                at=timezone.now(),
            )
        except UnionError as error:
            form.add_error("last_day", str(error))
        else:
            flash.success(request, _("发出去了。本单位和下级的会员在首页和消息里看得到。"))
            return redirect("unions:notices", union=union)
    context = {"union": node, "form": form}
    return render(request, "unions/notice_form.html", context, status=422 if form.is_bound else 200)


def _words_of(node: Union, like: str) -> dict[str, object]:
    try:
        earlier = Notice.objects.filter(union=node, uuid=UUID(like)).first()
    except ValueError:
        earlier = None
    return {"title": earlier.title, "text": earlier.text, "url": earlier.url} if earlier else {}


@guard(notice_writer)
@require_POST
def withdraw(request: HttpRequest, union: UUID, notice: UUID) -> HttpResponse:
    """Take a notice back: nobody sees it any more, and it stays on the union's own list."""
    found = Notice.objects.filter(uuid=notice, union__uuid=union).first()
    if found is None:
        raise Http404
    operations.withdraw_notice(notice=found, officer=_officer(request), at=timezone.now())
    flash.success(request, _("撤回了，会员看不到了。这里还留着一份。"))
    return redirect("unions:notices", union=union)


@guard(notice_reader)
@never_cache
@require_safe
def show(request: HttpRequest, notice: UUID) -> HttpResponse:
    """One notice with all its words."""
    found = Notice.objects.select_related("union").get(uuid=notice)
    context = {
        "notice": found,
        "state": _state(found, timezone.localdate()),
        "last_day": found.active_to - timedelta(days=1),
        "may_write": may_write_notices(request.user, found.union),
    }
    return render(request, "unions/notice.html", context)
