"""The inspector's pages: whose day, why, the whole evidence of it, and its archive."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import User, UserNotFound, find_person, find_user
from core.audit import address_of
from core.policies import guard
from records.inspection import access
from records.inspection.archive import archive_of, sha256_of
from records.inspection.dossier import Dossier, read_dossier
from records.inspection.forms import DayForm, ReasonForm
from records.inspection.presentation import shown

ENTRIES_SHOWN = 300
"""Rows of one kind on the page; the archive has all."""


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)


@guard(access.inspector)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the evidence of somebody's day. Who is not in reach is as unknown as who does not exist."""
    form = DayForm(request.POST) if request.method == "POST" else DayForm()
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["day"]
        person = _person_named(form.cleaned_data["who"])
        if person is not None and access.access_to(_reader(request), person, day) is not None:
            return redirect("records:evidence_of_day", person=person, day=day.isoformat())
        form.add_error("who", _("没有这个人，或者那一天不在你的范围里。"))
    return render(request, "records/evidence_ask.html", {"form": form}, status=422 if form.errors else 200)


def _person_named(text: str) -> UUID | None:
    try:
        found = find_person(UUID(text))
    except ValueError:
        try:
            return find_user(text).person.uuid
        except UserNotFound:
            return None
    return found.uuid if found else None


@guard(access.of_person)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_of_day(request: HttpRequest, person: UUID, day: str) -> HttpResponse:
    """Show the evidence of a day; from above the primary union, after a reason. Each reading is written down."""
    allowed = _allowed(request)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        access.note(
            "evidence.ask", user=_reader(request), access=allowed, address=address_of(request), reason=reason
        )
        token = access.new_grant(_reader(request), allowed, reason)
        return redirect(f"{reverse('records:evidence_of_day', args=[person, day])}?grant={token}")
    token = request.GET.get("grant", "")
    reason = access.reason_in(token, _reader(request), allowed)
    if (allowed.needs_reason and reason is None) or form.errors:
        status = 422 if form.errors else 200
        return render(
            request, "records/evidence_reason.html", {"form": form, "day": allowed.day}, status=status
        )
    dossier = _dossier(allowed)
    access.note(
        "evidence.view",
        user=_reader(request),
        access=allowed,
        address=address_of(request),
        reason=reason or "",
    )
    found = shown(dossier)
    context = {
        "dossier": dossier,
        "token": token if reason is not None else "",
        "cut": max(len(found["entries"]), len(found["refused"])) > ENTRIES_SHOWN,
        **found,
        "entries": found["entries"][:ENTRIES_SHOWN],
        "refused": found["refused"][:ENTRIES_SHOWN],
    }
    return render(request, "records/evidence_day.html", context)


@guard(access.of_person)
@never_cache
@require_safe
def evidence_archive(request: HttpRequest, person: UUID, day: str) -> HttpResponse:
    """Answer the evidence of a day as a zip; that it was taken away, and its hash, is written down."""
    allowed = _allowed(request)
    reason = access.reason_in(request.GET.get("grant", ""), _reader(request), allowed)
    if allowed.needs_reason and reason is None:
        return redirect("records:evidence_of_day", person=person, day=day)
    octets = archive_of(_dossier(allowed))
    access.note(
        "evidence.export",
        user=_reader(request),
        access=allowed,
        address=address_of(request),
        reason=reason or "",
        sha256=sha256_of(octets),
    )
    answer = HttpResponse(octets, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{person.hex[-6:]}-{day}.zip"'
    return answer


def _allowed(request: HttpRequest) -> access.Access:
    """Return what the policy before the view has found."""
    return cast("access.Access", request.inspection)  # type: ignore[attr-defined]


def _dossier(allowed: access.Access) -> Dossier:
    person = allowed.person
    return read_dossier(person=person.uuid, name=person.name, chains=allowed.chains, day=allowed.day)
