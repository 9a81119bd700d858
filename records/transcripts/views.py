"""The holder's pages of transcripts, and the public one that verifies."""

import hashlib
from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import Person, User
from core.audit import address_of as address_asking
from core.clock import day_of
from core.db import now_ms
from core.limits import within_limit
from core.policies import guard, public, signed_in
from media.api import private_file_response
from records.learners import own_chains
from records.ledger.heads import canonical
from records.models import Transcript
from records.transcripts import presentation, rules
from records.transcripts.document import first_day_of, standing_of
from records.transcripts.forms import CheckFileForm, TranscriptForm
from records.transcripts.operations import issue_transcript, revoke_transcript

A_DAY = 20
SHOWN = 50
LOOKS_A_MINUTE = 60
"""A code cannot be guessed; this keeps one address from asking the ledger all day."""


def _person(request: HttpRequest) -> Person:
    return cast("User", request.user).person


def _own(request: HttpRequest, transcript: UUID) -> Transcript:
    found = Transcript.objects.filter(uuid=transcript, learner__in=own_chains(_person(request))).first()
    if found is None or not found.document:
        raise Http404
    return found


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def transcripts(request: HttpRequest) -> HttpResponse:
    """List the own transcripts, and issue another one."""
    person, now = _person(request), now_ms()
    chains, today = own_chains(person), day_of(now)
    first_day = first_day_of(chains)
    form = TranscriptForm(request.POST or None, today=today, first_day=first_day)
    if request.method == "POST" and form.is_valid() and (issued := _issue(request, person, form, now)):
        return redirect("records:transcript", transcript=issued.uuid)
    found = Transcript.objects.filter(learner__in=chains).order_by("-issued_at", "-pk")
    context = {
        "form": form,
        "rows": [presentation.row(each, today) for each in found[:SHOWN] if each.document],
        "has_hours": first_day is not None,
        "has_name": bool(person.name),
    }
    return render(request, "records/transcripts.html", context, status=422 if form.errors else 200)


def _issue(request: HttpRequest, person: Person, form: TranscriptForm, now: int) -> Transcript | None:
    if not within_limit(f"transcript:{person.uuid}", amount=A_DAY, seconds=86_400):
        form.add_error(None, _("今天已经开了 {n} 张，明天再开。").format(n=A_DAY))
        return None
    first, last = form.days
    try:
        issued = issue_transcript(
            person=person,
            first=first,
            last=last,
            valid_days=form.cleaned_data["valid"],
            shows_name=form.cleaned_data["shows_name"],
            now=now,
            address=address_asking(request),
        )
    except rules.NothingToCertify:
        form.add_error(None, _("这段时间还没有计上的学时，换一段时间。"))
        return None
    except rules.DaysWrong:
        form.add_error(None, _("这段时间还没有开始，换一段时间。"))
        return None
    if issued.no_pdf == "no_font":
        flash.warning(
            request, _("证明开好了，但这台服务器没有中文字体，出不了 PDF。核验页和 JSON 照常能用。")
        )
    elif issued.no_pdf:
        flash.warning(
            request, _("证明开好了，但 PDF 这次没有排出来。核验页和 JSON 照常能用，PDF 可以过会儿再开一张。")
        )
    else:
        flash.success(request, _("证明开好了。"))
    return issued.transcript


@guard(signed_in)
@never_cache
@require_safe
def transcript(request: HttpRequest, transcript: UUID) -> HttpResponse:
    """Show one own transcript: its code, its files, and the way to take it back."""
    found = _own(request, transcript)
    document = presentation.document_in(found)
    context = {
        "row": presentation.row(found, day_of(now_ms())),
        "address": document["verify"],
        "path": presentation.address_of(found.code),
        "has_pdf": bool(found.pdf_name),
        "figures": presentation.figures(document),
        "tables": presentation.tables(document),
    }
    return render(request, "records/transcript.html", context)


@guard(signed_in)
@require_safe
def transcript_code(request: HttpRequest, transcript: UUID) -> HttpResponse:
    """The QR code of the public page as SVG."""
    address = presentation.document_in(_own(request, transcript))["verify"]
    answer = HttpResponse(presentation.qr_svg(address), content_type="image/svg+xml")
    answer["Cache-Control"] = "private, max-age=300"
    return answer


@guard(signed_in)
@require_safe
def transcript_pdf(request: HttpRequest, transcript: UUID) -> HttpResponseBase:
    """Answer the PDF as it was set when the transcript was issued."""
    found = _own(request, transcript)
    if not found.pdf_name:
        raise Http404
    answer = private_file_response(name=found.pdf_name, content_type="application/pdf")
    number = presentation.document_in(found)["number"]
    answer["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    return answer


@guard(signed_in)
@never_cache
@require_safe
def transcript_json(request: HttpRequest, transcript: UUID) -> HttpResponse:
    """Answer the signed document."""
    found = _own(request, transcript)
    number = presentation.document_in(found)["number"]
    answer = HttpResponse(_signed(found), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{number}.json"'
    return answer


def _signed(transcript: Transcript) -> bytes:
    """Return document and signature; the document stands in it byte for byte as it was signed."""
    tail = canonical(
        {"algorithm": "Ed25519", "key": transcript.signing_key, "value": transcript.signature}
    ).decode()
    body = f'{{"document":{transcript.document},"sha256":"{transcript.digest}","signature":{tail}}}\n'
    return body.encode()


@guard(signed_in)
@require_POST
def revoke(request: HttpRequest, transcript: UUID) -> HttpResponse:
    """Take a transcript back."""
    found = _own(request, transcript)
    revoke_transcript(
        transcript=found.uuid, person=_person(request), now=now_ms(), address=address_asking(request)
    )
    flash.success(request, _("已经撤销。再扫那个码，只会看到“持有人已撤销”。"))
    return redirect("records:transcript", transcript=found.uuid)


@guard(public)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """
    Say to whoever has the code what was issued and how it stands to the ledger of today; compare a file with what was
    issued. Of a revoked or expired one it says only that.
    """
    if not within_limit(f"verify:{address_asking(request)}", amount=LOOKS_A_MINUTE, seconds=60):
        return _public(request, {"state": "busy"}, status=429)
    found = None
    if rules.CODE.fullmatch(code):
        found = Transcript.objects.filter(code_hash=rules.code_hash(code)).first()
    if found is None or not found.document:
        return _public(request, {"state": "unknown"}, status=404)
    state, word = presentation.state_of(found, day_of(now_ms()))
    context: dict[str, Any] = {"state": state, "word": word}
    if state != "valid":
        number = presentation.document_in(found)["number"]
        return _public(request, context | {"number": number}, status=410)
    is_asked = request.method == "POST"
    form = CheckFileForm(request.POST, request.FILES) if is_asked else CheckFileForm()
    if is_asked and form.is_valid():
        context["file_is_it"] = _is_issued(found, form.cleaned_data["file"])
    context |= {"form": form, "facts": presentation.public_facts(found)}
    context["standing"] = presentation.standing_words(standing_of(found))
    return _public(request, context, status=422 if form.errors else 200)


def _is_issued(transcript: Transcript, file: Any) -> bool:
    """Tell whether a file is, byte for byte, one of those that were issued."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    issued = {transcript.pdf_sha256, hashlib.sha256(_signed(transcript)).hexdigest()}
    return digest.hexdigest() in issued


def _public(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    answer = render(request, "records/verify.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
