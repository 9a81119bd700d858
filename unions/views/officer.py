"""An officer's desk for members: who waits to join, and the invitation that spares them the wait."""

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.api import User, mask_name, mask_phone
from core.policies import guard
from unions import operations
from unions.exceptions import UnionError
from unions.forms import AnswerForm, ReasonForm
from unions.models import JoinRequest, Union
from unions.policies import may, officer_of, officer_scope, sees_names
from unions.rules import OLD_DAYS

A_PAGE = 30


def _officer(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@guard(officer_of("membership"))
@never_cache
@require_safe
def inbox(request: HttpRequest, union: UUID) -> HttpResponse:
    """The open join requests of a union and everything below it, the longest wait first."""
    node = Union.objects.get(uuid=union)
    scope = officer_scope(_officer(request), "membership").filter(path__startswith=node.path)
    waiting = (
        JoinRequest.objects.filter(state__in=["sent", "asked_back"], union__in=scope)
        .select_related("union__kind", "person")
        .order_by("sent_on", "pk")
    )
    page = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "union": node,
        "page": page,
        "rows": [_row(_officer(request), r) for r in page.object_list],
        "may_write": may(_officer(request), node, "membership", write=True),
    }
    return render(request, "unions/inbox.html", context)


def _row(officer: User, request: JoinRequest) -> dict[str, Any]:
    days = (timezone.localdate() - request.sent_on).days + 1
    by_name = sees_names(officer, request.union)
    person = request.person
    return {
        "request": request,
        "name": person.name if by_name else mask_name(person.name),
        "is_masked": not by_name,
        "phone": mask_phone(person.phone) if person.phone else "",
        "day": days,
        "is_old": days >= OLD_DAYS,
        "is_asked_back": request.state == JoinRequest.State.ASKED_BACK,
    }


def _request_of(union: UUID, join_request: UUID) -> JoinRequest:
    """Return a request to a union or to one below it: the policy has passed the union itself."""
    node = Union.objects.get(uuid=union)
    found = (
        JoinRequest.objects.filter(uuid=join_request, union__path__startswith=node.path)
        .select_related("union__kind", "person")
        .first()
    )
    if found is None:
        raise Http404
    return found


@guard(officer_of("membership", write=True))
@require_POST
def answer(request: HttpRequest, union: UUID, join_request: UUID) -> HttpResponse:
    """Confirm, refuse or ask back."""
    waiting = _request_of(union, join_request)
    back = redirect(reverse("unions:inbox", args=[union]))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = {
            "union": Union.objects.get(uuid=union),
            "row": _row(_officer(request), waiting),
            "form": form,
        }
        return render(request, "unions/answer.html", context, status=422)
    now, remark = timezone.now(), form.cleaned_data["remark"].strip()
    try:
        if form.cleaned_data["answer"] == AnswerForm.CONFIRM:
            operations.confirm_request(request=waiting, officer=_officer(request), at=now)
            flash.success(request, _("已确认。从申请那天起学的都算进单位。"))
        elif form.cleaned_data["answer"] == AnswerForm.REFUSE:
            operations.refuse_request(request=waiting, officer=_officer(request), at=now, reason=remark)
            flash.success(request, _("已回复：没有通过。"))
        else:
            operations.ask_back(request=waiting, officer=_officer(request), at=now, question=remark)
            flash.success(request, _("已请对方补充。"))
    except UnionError as error:
        flash.error(request, str(error))
    return back


@guard(officer_of("membership"))
@require_POST
def reveal(request: HttpRequest, union: UUID, join_request: UUID) -> HttpResponse:
    """Show one name to an officer above the primary union, who says why."""
    waiting = _request_of(union, join_request)
    form = ReasonForm(request.POST)
    row = _row(_officer(request), waiting)
    if form.is_valid():
        row["name"] = operations.reveal_name(
            person=waiting.person,
            union=waiting.union,
            officer=_officer(request),
            reason=form.cleaned_data["reason"],
        )
        row["is_masked"] = False
    context = {"union": Union.objects.get(uuid=union), "row": row, "reason_form": form, "form": AnswerForm()}
    return render(request, "unions/answer.html", context, status=200 if form.is_valid() else 422)


@guard(officer_of("membership"))
@require_safe
def one_request(request: HttpRequest, union: UUID, join_request: UUID) -> HttpResponse:
    """One request on a page of its own."""
    context = {
        "union": Union.objects.get(uuid=union),
        "row": _row(_officer(request), _request_of(union, join_request)),
        "form": AnswerForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "unions/answer.html", context)


@guard(officer_of("membership"))
@require_safe
def invitation(request: HttpRequest, union: UUID) -> HttpResponse:
    """The code to put on the wall, as letters and as a picture; made for printing."""
    node = Union.objects.select_related("kind").get(uuid=union)
    if not node.kind.is_primary or not node.join_code:
        raise Http404
    context = {
        "union": node,
        "address": _address(node),
        "may_write": may(_officer(request), node, "membership", write=True),
    }
    return render(request, "unions/invitation.html", context)


def _address(node: Union) -> str:
    return f"{settings.SITE_URL}{reverse('unions:join_by_code', args=[node.join_code])}"


@guard(officer_of("membership"))
@require_safe
def invitation_picture(request: HttpRequest, union: UUID) -> HttpResponse:
    """The QR code of the invitation as SVG."""
    node = Union.objects.get(uuid=union)
    if not node.join_code:
        raise Http404
    out = BytesIO()
    segno.make(_address(node), error="m").save(
        out, kind="svg", scale=8, border=4, dark="#1b2127", light="#fff"
    )
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=300"
    return response


@guard(officer_of("membership", write=True))
@require_POST
def renew(request: HttpRequest, union: UUID) -> HttpResponse:
    """Make a new invitation code; posters with the old one lead nowhere any more."""
    node = Union.objects.get(uuid=union)
    operations.renew_join_code(union=node, actor=_officer(request))
    flash.success(request, _("换好了。旧海报上的码已经不能用。"))
    return redirect("unions:invitation", union=union)
