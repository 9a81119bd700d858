"""What happens at each sign-in, wherever it came from: the first one registers the person, each leaves an audit row."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import operations
from accounts.models import User
from core.keys import blind_index
from core.look import on_device


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    with transaction.atomic():
        operations.mark_signed_in(user=user, now=timezone.now())
        operations.record_sign_in(user=user, result="ok", method="in", request=request)


@receiver(user_logged_in)
def take_the_look_along(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """What a guest chose on the device is the account's from now on, except where the account has chosen before."""
    if request is None:
        return
    new = {key: value for key, value in on_device(request).items() if not user.look[key]}
    if new:
        operations.set_look(user=user, choices=new)


@receiver(user_logged_out)
def note_sign_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        operations.record_sign_in(user=user, result="ok", method="out", request=request)


@receiver(user_login_failed)
def note_failure(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    tried = next((str(credentials[k]) for k in ("phone", "email", "username") if credentials.get(k)), "")
    index = blind_index(tried.lower(), context="sign-in") if tried else ""
    operations.record_sign_in(
        user=None, result="failed", method="in", request=request, target=f"login:{index}" if index else ""
    )
