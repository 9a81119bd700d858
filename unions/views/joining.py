"""A union's public card, and the ways into it: an invitation code, or a search and a request."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import Person, User, set_name
from core.audit import address_of
from core.error_pages import too_many_requests
from core.limits import within_limit
from core.policies import guard, public, signed_in
from unions import operations, queries
from unions.exceptions import CodeUnknown, UnionError
from unions.forms import CodeForm, RequestForm
from unions.models import Union
from unions.noticeboard import NoticeLine, concerned_ids, current_notices, may_write_notices
from unions.policies import may
from unions.rules import coarse_count, normalize_code

HITS = 20
SHORTEST_QUERY = 2


def _union(uuid: UUID) -> Union:
    union = Union.objects.select_related("kind", "successor").filter(uuid=uuid).first()
    if union is None:
        raise Http404
    return union


def _person(request: HttpRequest) -> Person:
    return request.user.person  # type: ignore[union-attr]


def _next(request: HttpRequest, data: QueryDict) -> str:
    url = data.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if safe else ""


def _flow(next_url: str) -> dict[str, Any]:
    """Return what a page needs to be a question of the welcome or one's own errand."""
    is_welcome = next_url.startswith("/welcome/")
    return {
        "next": next_url,
        "query": f"?{urlencode({'next': next_url})}" if next_url else "",
        "step": 2 if is_welcome else 0,
    }


def _is_below(union: Union, upper: Union) -> bool:
    return bool(upper.path) and union.pk != upper.pk and union.path.startswith(upper.path)


def _members_in_words(union: Union) -> str:
    kind, number = coarse_count(queries.member_count(union, timezone.localdate()))
    if kind == "few":
        return _("会员不到 {n} 人").format(n=number)
    return _("会员约 {n} 人").format(n=number) if number >= 100 else _("会员 {n} 人").format(n=number)


@guard(public)
@require_safe
def card(request: HttpRequest, union: UUID) -> HttpResponse:
    """What everybody may know of a union: its name, what it stands under, about how many members."""
    node = _union(union)
    today = timezone.localdate()
    membership = request_open = None
    if request.user.is_authenticated:
        membership = queries.membership_on(_person(request).uuid, today)
        request_open = queries.open_request_of(_person(request).uuid)
    context = {
        "union": node,
        "above": queries.chain_of(node)[:-1],
        "members": _members_in_words(node),
        "is_mine": membership is not None and membership.union_id == node.pk,
        "mine_below": membership.union
        if membership is not None and _is_below(membership.union, node)
        else None,
        "is_waiting": request_open is not None and request_open.union_id == node.pk,
        "is_closed": node.closed_on is not None and node.closed_on <= today,
        "may_join": node.kind.is_primary,
        "may_answer": may(cast(User, request.user), node, "membership"),
        "may_write": may(cast(User, request.user), node, "membership", write=True),
        "may_tell": may_write_notices(request.user, node),
        "notices": _notices(request, node),
    }
    return render(request, "unions/card.html", context)


def _notices(request: HttpRequest, node: Union) -> list[NoticeLine]:
    """Return the union's notices of today for whom they concern; a guest sees none."""
    today = timezone.localdate()
    if not request.user.is_authenticated or node.pk not in concerned_ids(request.user, today):
        return []
    return current_notices([node.pk], today)


@guard(signed_in)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """“你在哪家工会？”: by name, pinyin, union code or invitation code."""
    text = request.GET.get("q", "").strip()[:60]
    next_url = _next(request, request.GET)
    today = timezone.localdate()
    by_code = Union.objects.filter(join_code=normalize_code(text)).first() if len(text) >= 4 else None
    hits = [] if by_code or len(text) < SHORTEST_QUERY else queries.search_unions(text, on=today, limit=HITS)
    if by_code is not None:
        return redirect(
            f"{reverse('unions:join_by_code', args=[by_code.join_code])}{_flow(next_url)['query']}"
        )
    chains = queries.chains_of(hits)
    context = {
        **_flow(next_url),
        "q": text,
        "is_short": 0 < len(text) < SHORTEST_QUERY,
        "hits": [(u, " › ".join(a.short_name or a.name for a in chains[u.pk][:-1][-3:])) for u in hits],
        "mine": queries.membership_on(_person(request).uuid, today),
        "waiting": queries.open_request_of(_person(request).uuid),
    }
    return render(request, "unions/search.html", context)


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_to_join(request: HttpRequest, union: UUID) -> HttpResponse:
    """The card of one's union with two lines to fill; the request goes to its officers."""
    node, person = _union(union), _person(request)
    data = request.POST if request.method == "POST" else request.GET
    next_url = _next(request, data)
    form = RequestForm(request.POST if request.method == "POST" else None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        if person.name != form.cleaned_data["name"]:
            set_name(person=person, name=form.cleaned_data["name"])
        try:
            operations.request_to_join(
                person=person, union=node, on=timezone.localdate(), workplace=form.cleaned_data["workplace"]
            )
        except UnionError as error:
            form.add_error(None, str(error))
        else:
            flash.success(
                request,
                _("申请已送到{union}。等的时候照常学、照常计时，确认后一起算进去。").format(union=node),
            )
            return redirect(next_url or "unions:waiting")
    context = {
        **_flow(next_url),
        "union": node,
        "above": queries.chain_of(node)[:-1],
        "members": _members_in_words(node),
        "form": form,
    }
    return render(request, "unions/request.html", context, status=422 if form.is_bound else 200)


@guard(public)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the code on the wall leads: the union's card, and one button that makes a member at once."""
    if not within_limit(f"join-code:{address_of(request)}", amount=60, seconds=60):
        return too_many_requests(request)
    next_url = _next(request, request.POST if request.method == "POST" else request.GET)
    node = Union.objects.filter(join_code=normalize_code(code)[:12] or "-").select_related("kind").first()
    if node is None:
        form = CodeForm(initial={"code": code[:24]})
        context = {**_flow(next_url), "form": form, "wrong": str(CodeUnknown())}
        return render(request, "unions/code.html", context, status=404)
    error = ""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('accounts:phone')}?{urlencode({'next': request.path})}")
        try:
            operations.join_by_code(person=_person(request), code=code, on=timezone.localdate())
        except UnionError as refused:
            error = str(refused)
        else:
            flash.success(request, _("你已经是{union}的会员了。").format(union=node))
            return redirect(next_url or reverse("unions:card", args=[node.uuid]))
    context = {
        **_flow(next_url),
        "union": node,
        "above": queries.chain_of(node)[:-1],
        "members": _members_in_words(node),
        "error": error,
    }
    return render(request, "unions/join.html", context, status=422 if error else 200)


@guard(signed_in)
@require_safe
def enter_code(request: HttpRequest) -> HttpResponse:
    """Type an invitation code: a form by GET, so its address is the code's own."""
    next_url = _next(request, request.GET)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = normalize_code(form.cleaned_data["code"])
        if code.isascii() and code.isalnum():
            return redirect(f"{reverse('unions:join_by_code', args=[code])}{_flow(next_url)['query']}")
        form.add_error("code", str(CodeUnknown()))
    return render(
        request, "unions/code.html", {**_flow(next_url), "form": form}, status=422 if form.is_bound else 200
    )


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """Who has one's request, since when, and that study counts meanwhile; an officer's question is answered here."""
    person, today = _person(request), timezone.localdate()
    open_request = queries.open_request_of(person.uuid)
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        initial={"name": person.name, "workplace": open_request.workplace if open_request else ""},
    )
    if request.method == "POST" and open_request is not None and form.is_valid():
        if person.name != form.cleaned_data["name"]:
            set_name(person=person, name=form.cleaned_data["name"])
        operations.resend_request(request=open_request, workplace=form.cleaned_data["workplace"])
        flash.success(request, _("补充好了，又送过去了。"))
        return redirect("unions:waiting")
    context = {
        "open_request": open_request,
        "is_asked_back": open_request is not None and open_request.state == "asked_back",
        "day": (today - open_request.sent_on).days + 1 if open_request else 0,
        "form": form,
        "mine": queries.membership_on(person.uuid, today),
    }
    return render(request, "unions/waiting.html", context, status=422 if form.is_bound else 200)


@guard(signed_in)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take one's open request back; when there is none any more, nothing happens."""
    open_request = queries.open_request_of(_person(request).uuid)
    if open_request is not None:
        operations.withdraw_request(request=open_request)
        flash.success(request, _("申请已撤回。"))
    return redirect("unions:search")
