"""我的."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import Role, User, set_display_name, set_name, set_trade
from core.policies import guard, signed_in
from core.trades import TRADES, trade_of
from courses.api import desk_words
from occupations.api import occupations_on, skill_levels
from search.trades.suggest import suggest_occupation
from skillspower.me.forms import NameForm, TradeForm
from unions.api import membership_on, open_request_of

HITS = 6


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@guard(signed_in)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page, each line leads to where it is changed."""
    user, today = _user(request), timezone.localdate()
    person = user.person
    occupation = occupations_on(today).filter(code=person.occupation_code).first()
    level = skill_levels().filter(rank=person.level_rank).first() if person.level_rank else None
    context = {
        "person": person,
        "membership": membership_on(person.uuid, today),
        "waiting": open_request_of(person.uuid),
        "occupation": occupation,
        "level": level,
        "desk": desk_words(user),
        "inspects": user.has_any_role(Role.AUDIT_ADMIN),
        "has_password": user.has_usable_password(),
    }
    return render(request, "me/index.html", context)


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    person = _user(request).person
    form = NameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": person.name, "display_name": person.display_name},
    )
    if form.is_valid():
        if person.name != form.cleaned_data["name"]:
            person = set_name(person=person, name=form.cleaned_data["name"])
        if form.cleaned_data["display_name"]:
            set_display_name(person=person, display_name=form.cleaned_data["display_name"])
        flash.success(request, _("改好了。"))
        return redirect("me:index")
    return render(request, "me/name.html", {"form": form}, status=422 if form.is_bound else 200)


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trade(request: HttpRequest) -> HttpResponse:
    """“你干哪一行？”: eight tiles, or the job title as it is said at work."""
    person, today = _user(request).person, timezone.localdate()
    data = request.POST if request.method == "POST" else request.GET
    next_url = data.get("next", "")
    if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure()):
        next_url = ""
    form = TradeForm(request.POST if request.method == "POST" else None, today=today)
    job = data.get("job", "").strip()[:40]
    # A typed title without a pick is a search: the form comes back with what it found.
    is_search = (
        request.method == "POST" and bool(job) and not data.get("occupation") and not data.get("trade")
    )
    if form.is_bound and not is_search and form.is_valid():
        set_trade(
            person=person, occupation_code=form.cleaned_data["code"], level_rank=form.cleaned_data["level"]
        )
        return redirect(next_url or "me:index")
    hits = suggest_occupation(job, HITS) if job else ()
    if is_search and hits:
        form = TradeForm(today=today)
    context: dict[str, Any] = {
        "step": 3 if next_url.startswith("/welcome/") else 0,
        "next": next_url,
        "form": form,
        "job": job,
        "hits": hits,
        "trades": TRADES,
        "trade_keys": {t.key for t in TRADES},
        "levels": skill_levels(),
        "chosen_level": data.get("level") or str(person.level_rank or ""),
        "chosen_trade": trade_of(person.occupation_code) if person.occupation_code else "",
    }
    return render(request, "me/trade.html", context, status=422 if form.is_bound else 200)
