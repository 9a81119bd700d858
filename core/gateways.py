"""
The ways out to people's phones and mailboxes.

A gateway is named by ``SMS_GATEWAY`` and ``EMAIL_GATEWAY`` (dotted paths). The one here keeps what it "sent" as
:class:`core.models.SentNotice` for a day, so that the demo bar can show a code to the person in front of the screen;
a site that sends for real writes a class with the same method. A text leaves after the commit of the transaction at
hand, never inside it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from core.keys import blind_index
from core.models import SentNotice

KEPT = timedelta(days=1)
SHOWN = timedelta(minutes=15)
MAX_TEXT = 500


class Gateway(Protocol):
    """Send one text to a phone number (E.164) or a mail address; raise if it was not taken."""

    def send(self, *, to: str, subject: str, text: str) -> None: ...


class ConsoleGateway:
    """Sends nothing: keeps the text for a day, under a blind index of the recipient."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        SentNotice.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        whole = f"{subject}\n{text}" if subject else text
        SentNotice.objects.create(recipient_index=recipient_index(to), text=whole[:MAX_TEXT])


class DjangoMailGateway:
    """Mail by Django's own back end (``EMAIL_BACKEND``, ``EMAIL_HOST`` …)."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        from django.core.mail import send_mail

        send_mail(subject, text, None, [to])


def recipient_index(to: str) -> str:
    """Return the key under which a recipient's notices are kept."""
    return blind_index(to.strip().lower(), context="core.SentNotice.recipient")


def send_sms(*, to: str, text: str) -> None:
    """Send a text message after the commit."""
    _after_commit(settings.SMS_GATEWAY, to=to, subject="", text=text)


def send_email(*, to: str, subject: str, text: str) -> None:
    """Send a plain letter after the commit."""
    _after_commit(settings.EMAIL_GATEWAY, to=to, subject=subject, text=text)


def _after_commit(path: str, *, to: str, subject: str, text: str) -> None:
    gateway: Gateway = import_string(path)()
    transaction.on_commit(lambda: gateway.send(to=to, subject=subject, text=text))


def notices_for(recipients: Iterable[str]) -> list[SentNotice]:
    """
    Return what went to these recipients in the last quarter of an hour, newest first; nothing outside the demo,
    because a code on the screen proves no phone.
    """
    indexes = [recipient_index(r) for r in recipients if r]
    if not settings.DEMO_MODE or not indexes:
        return []
    recent = SentNotice.objects.filter(recipient_index__in=indexes, created_at__gte=timezone.now() - SHOWN)
    return list(recent.order_by("-created_at", "-id")[:3])
