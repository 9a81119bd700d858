"""The message centre: what is to be done and what one was told, for every role."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core import inbox
from core.models import Message
from core.policies import guard, signed_in


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _address(show: inbox.Show, after: inbox.Cursor | None = None) -> str:
    query = {"show": show.value, "after": str(after) if after else ""}
    text = urlencode({name: value for name, value in query.items() if value})
    return reverse("accounts:messages") + (f"?{text}" if text else "")


@guard(signed_in)
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What is to be done, then what one was told; ``show`` looks for one thing, ``after`` is the next page."""
    wanted = request.GET.get("show", "")
    show = inbox.Show(wanted) if wanted in set(inbox.Show) else inbox.Show.ALL
    after = inbox.Cursor.read(request.GET.get("after", ""))
    page = inbox.page_of(_user(request), now=timezone.now(), show=show, after=after)
    names = {inbox.Show.ALL: _("全部"), inbox.Show.UNREAD: _("未读")}
    names |= {inbox.Show(key): str(category[0]) for key, category in inbox.CATEGORIES.items()}
    context = {
        "page": page,
        "is_first": after is None,
        "is_whole": show is inbox.Show.ALL,
        "is_unread": show is inbox.Show.UNREAD,
        "filters": [(name, _address(key), key is show, key.value) for key, name in names.items()],
        "whole": _address(inbox.Show.ALL),
        "start": _address(show),
        "earlier": _address(show, page.earlier) if page.earlier else "",
    }
    return render(request, "accounts/messages.html", context)


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_message(request: HttpRequest, key: str) -> HttpResponse:
    """Note that an entry of one's own is read and go where it leads. It is a link, so that it opens like any other."""
    user, now = _user(request), timezone.now()
    if ":" not in key:
        return _open_row(user, key)
    entry = inbox.find(user, key=key, now=now)
    if entry is None:  # done by somebody else, or over: the rest is still there
        return redirect("accounts:messages")
    if entry.is_new:
        inbox.read_entry(user, keys=[entry.key], now=now)
    return redirect(entry.url or "accounts:messages")


def _open_row(user: User, key: str) -> HttpResponse:
    try:
        own = inbox.messages_of(user.person.uuid).get(uuid=UUID(key))
    except (ValueError, Message.DoesNotExist):
        raise Http404 from None
    if own.state == Message.State.UNREAD:
        inbox.mark(person=own.recipient, message=own.uuid, state=Message.State.READ)
    return redirect(own.url or "accounts:messages")


@guard(signed_in)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    inbox.read_all(_user(request), now=timezone.now())
    return redirect("accounts:messages")
