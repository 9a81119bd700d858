"""A learner's own objections, and the files that prove something."""

from typing import cast
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import Person, User
from core.audit import address_of
from core.clock import day_of
from core.db import now_ms
from core.limits import within_limit
from core.policies import guard, signed_in
from media.api import UploadRefused, keep_private_file, private_file_response
from records import reasons
from records.corrections import errors
from records.corrections.desk import note
from records.corrections.forms import ObjectionForm
from records.corrections.objections import OBJECTIONS_A_DAY, file_objection
from records.corrections.presentation import due_of, evidence_facts, step_items
from records.corrections.queries import file_seen_by, objection_of_span, refused_together
from records.learners import own_chains
from records.models import Objection, StudySession
from records.queries import refused_ms
from unions.api import answering_union


def _person(request: HttpRequest) -> Person:
    return cast("User", request.user).person


def _learner(request: HttpRequest) -> UUID:
    return _person(request).uuid


@guard(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, span: int) -> HttpResponse:
    """Ask what is wrong with a refused span, and file it."""
    learner = _learner(request)
    if known := objection_of_span(learner, span):
        return redirect("records:objection", objection=known)
    spans = refused_together(learner, span)
    if not spans:
        raise Http404
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            objection = _file(request, learner, span, form)
        except (errors.CorrectionError, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            flash.success(request, _("异议已经送到工会，3 个工作日内答复。"))
            return redirect("records:objection", objection=objection.uuid)
    session = StudySession.objects.filter(pk=spans[0].session).only("title", "course_title").first()
    context = {
        "form": form,
        "nobody_answers": answering_union(learner, (spans[0].day, day_of(now_ms()))) is None,
        "span": span,
        "session": session,
        "day": spans[0].day,
        "what": reasons.what(refused_ms(spans)),
        "why": reasons.why(spans[0].reason),
    }
    return render(request, "records/object.html", context, status=422 if form.errors else 200)


def _file(request: HttpRequest, learner: UUID, span: int, form: ObjectionForm) -> Objection:
    if not within_limit(f"objection:{learner}", amount=OBJECTIONS_A_DAY, seconds=86_400):
        raise errors.TooMany
    photo = form.cleaned_data["photo"]
    return file_objection(
        learner=learner,
        span=span,
        words=form.cleaned_data["words"],
        photo=keep_private_file(file=photo) if photo else None,
        now=now_ms(),
        address=address_of(request),
    )


@guard(signed_in)
@never_cache
@require_safe
def objection(request: HttpRequest, objection: UUID) -> HttpResponse:
    """Show an objection to who filed it: its course, its answer, the evidence as it was frozen."""
    found = (
        Objection.objects.filter(uuid=objection, learner__in=own_chains(_person(request)))
        .select_related("photo")
        .first()
    )
    if found is None:
        raise Http404
    context = {
        "objection": found,
        "facts": evidence_facts(found),
        "steps": step_items(found, of_learner=True),
        "papers": [
            c.evidence
            for c in found.corrections.filter(state="approved").select_related("evidence")
            if c.evidence
        ],
        "what": reasons.what(found.ms),
        **due_of(found, day_of(now_ms())),
    }
    return render(request, "records/objection.html", context)


@guard(signed_in)
@require_safe
def evidence(request: HttpRequest, file: UUID) -> HttpResponseBase:
    """
    Answer a file to the learner whom it is about, and to the officers who may see that matter; whoever reads it, and from
    whatever page, is written down.
    """
    found = file_seen_by(cast("User", request.user), file)
    if found is None:
        raise Http404
    if request.method == "GET":
        note(
            "evidence_file.read",
            actor=_learner(request),
            target=f"evidence_file:{found.uuid}",
            address=address_of(request),
            sha256=found.sha256,
        )
    return private_file_response(name=found.name, content_type=found.content_type)
