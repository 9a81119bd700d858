"""The door for phones."""

from urllib.parse import urlencode

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.signals import user_signed_up
from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations, phone_door
from accounts.exceptions import CodeWrong, DoorError, TooManyRequests
from accounts.forms import CodeForm, PhoneForm
from core import gateways
from core.audit import address_of
from core.clock import to_ms
from core.policies import guard, public

CONSENT_COOKIE = "consent"


@guard(public)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for a number and send a code to it. Who is in already goes on."""
    if request.user.is_authenticated:
        return redirect(_next(request, request.GET.get("next", "")) or "/")
    ask_consent = request.COOKIES.get(CONSENT_COOKIE) != operations.CONSENT_VERSION
    form = PhoneForm(
        request.POST or None, ask_consent=ask_consent, initial={"next": request.GET.get("next", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            phone_door.send_code(
                request,
                phone=form.cleaned_data["phone"],
                now_ms=to_ms(timezone.now()),
                next_url=_next(request, form.cleaned_data["next"]),
            )
        except TooManyRequests as error:
            form.add_error("phone", str(error))
        else:
            return redirect("accounts:phone_code")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/phone.html", {"form": form, "ask_consent": ask_consent}, status=status)


@guard(public)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one lets in, and makes the account where there was none."""
    waiting = phone_door.waiting_in(request)
    if waiting is None:
        return redirect("accounts:phone")
    now = timezone.now()
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = phone_door.take_code(request, code=form.cleaned_data["code"], now_ms=to_ms(now))
        except DoorError as error:
            form.add_error("code", str(error))
            if isinstance(error, CodeWrong):
                operations.record_sign_in(user=None, result="failed", method="code", request=request)
        else:
            return _let_in(request, phone=done.phone, next_url=done.next)
    context = {
        "form": form,
        "waiting": waiting,
        "resend_in": waiting.resend_in_seconds(to_ms(now)),
        "notices": gateways.notices_for([waiting.phone]),
    }
    return render(request, "accounts/phone_code.html", context, status=422 if form.is_bound else 200)


@guard(public)
@require_POST
def phone_resend(request: HttpRequest) -> HttpResponse:
    """Send another code to the number that waits; the old one stops working."""
    waiting = phone_door.waiting_in(request)
    if waiting is None:
        return redirect("accounts:phone")
    try:
        phone_door.send_code(
            request, phone=waiting.phone, now_ms=to_ms(timezone.now()), next_url=waiting.next
        )
    except TooManyRequests as error:
        flash.error(request, str(error))
    else:
        flash.success(request, _("又发了一条，用新的那条。"))
    return redirect("accounts:phone_code")


def _let_in(request: HttpRequest, *, phone: str, next_url: str) -> HttpResponse:
    user, is_new = operations.enter_by_phone(phone=phone, now=timezone.now(), address=address_of(request))
    if is_new:
        user_signed_up.send(sender=type(user), request=request, user=user)
    record_authentication(request, user, method="code")
    login = Login(
        user=user,
        email_verification=allauth_settings.EmailVerificationMethod.NONE,
        # Who comes in for the first time answers the welcome's questions; it leads on to where they were going.
        redirect_url=reverse("welcome:start") + (f"?{urlencode({'next': next_url})}" if next_url else "")
        if is_new
        else next_url or None,
        signup=is_new,
    )
    response = perform_login(request, login)
    response.set_cookie(
        CONSENT_COOKIE,
        operations.CONSENT_VERSION,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _next(request: HttpRequest, url: str) -> str:
    return url if url and get_adapter(request).is_safe_url(url) else ""


@guard(public)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What one agrees to at the door, in plain words."""
    return render(request, "about/privacy.html", {"version": operations.CONSENT_VERSION})
