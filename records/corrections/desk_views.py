"""
An officer's desk for other people's time: objections that wait, corrections that wait for a second person. The policy
before each view passes the union of the address; what is shown starts from the officer's scope below it.
"""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.api import User
from core import display
from core.audit import address_of
from core.clock import day_of
from core.db import now_ms
from core.policies import guard
from media.api import PAPER_TYPES, KeptFile, UploadRefused, keep_private_file
from records import reasons
from records.corrections import desk as at_desk
from records.corrections import errors
from records.corrections.corrections import decide_correction, file_grant, file_reversal
from records.corrections.forms import AnswerObjectionForm, DecisionForm, GrantForm, ReversalForm
from records.corrections.objections import answer_objection
from records.corrections.presentation import (
    Names,
    correction_rows,
    correction_words,
    due_of,
    evidence_facts,
    objection_rows,
    step_items,
)
from records.corrections.queries import (
    DUTY,
    corrections_seen_by,
    desks_of,
    objections_seen_by,
    shares_of,
    spans_of,
)
from records.learners import own_chains
from records.models import Correction, LedgerEntry, Objection, StudySession
from unions.api import Union, may, officer_of, union_of

A_PAGE = 30
_READ, _WRITE = officer_of(DUTY), officer_of(DUTY, write=True)


def _officer(request: HttpRequest) -> User:
    return cast("User", request.user)


def _frame(request: HttpRequest, node: Union, **more: Any) -> dict[str, Any]:
    return {"union": node, "may_write": may(_officer(request), node, DUTY, write=True), **more}


def _list(
    request: HttpRequest, node: Union, found: QuerySet[Any], rows_of: Callable[..., Any], template: str
) -> HttpResponse:
    """Show a page of what was found, in the words of ``rows_of``."""
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), _officer(request), node, day_of(now_ms()))
    return render(request, template, _frame(request, node, page=page, rows=rows, is_done=_is_done(request)))


def _is_done(request: HttpRequest) -> bool:
    return request.GET.get("state") == "done"


def _kept(form: Any) -> KeptFile | None:
    file = form.cleaned_data.get("paper")
    return keep_private_file(file=file, allowed=PAPER_TYPES) if file else None


@guard(_READ)
@never_cache
@require_safe
def objections(request: HttpRequest, union: UUID) -> HttpResponse:
    """List the objections at a union and below it: those that wait, the nearest due day first, or those answered."""
    node = Union.objects.get(uuid=union)
    seen = objections_seen_by(_officer(request), below=node)
    if _is_done(request):
        found = seen.exclude(state__in=Objection.OPEN).order_by("-answered_at", "-pk")
    else:
        found = seen.filter(state__in=Objection.OPEN).order_by("due_on", "pk")
    return _list(request, node, found, objection_rows, "records/desk_objections.html")


def _objection(request: HttpRequest, union: UUID, objection: UUID) -> tuple[Union, Objection]:
    node = Union.objects.get(uuid=union)
    seen = objections_seen_by(_officer(request), below=node).filter(uuid=objection)
    found = seen.select_related("photo").first()
    if found is None:
        raise Http404
    return node, found


@guard(_READ)
@never_cache
@require_safe
def objection(request: HttpRequest, union: UUID, objection: UUID) -> HttpResponse:
    """Show one objection with its evidence; who reads it is written down."""
    node, found = _objection(request, union, objection)
    context = _objection_page(request, node, found, AnswerObjectionForm())
    at_desk.note(
        "objection.view",
        actor=_officer(request).person.uuid,
        target=f"objection:{found.uuid}",
        address=address_of(request),
        union=node.uuid,
    )
    return render(request, "records/desk_objection.html", context)


def _objection_page(
    request: HttpRequest, node: Union, found: Objection, form: AnswerObjectionForm
) -> dict[str, Any]:
    officer = _officer(request)
    names = Names(officer, {found.learner: found.union})
    can_answer = (
        found.state == Objection.State.FILED
        and found.learner not in own_chains(officer.person)
        and at_desk.may_act(officer, desk=found.desk)
    )
    most = 0
    if can_answer:
        session = StudySession.objects.get(pk=found.session)
        most = sum(s.ms for s in shares_of(learner=found.learner, spans=spans_of(found), session=session))
    waiting = found.corrections.filter(state=Correction.State.FILED).first()
    return _frame(
        request,
        node,
        objection=found,
        name=names.of(found.learner),
        home=names.union(found.union),
        what=reasons.what(found.ms),
        facts=evidence_facts(found),
        steps=step_items(found),
        form=form,
        can_answer=can_answer,
        most_ms=most,
        waiting=waiting,
        **due_of(found, day_of(now_ms())),
    )


@guard(_WRITE)
@require_POST
def answer(request: HttpRequest, union: UUID, objection: UUID) -> HttpResponse:
    """Answer an objection."""
    node, found = _objection(request, union, objection)
    form = AnswerObjectionForm(request.POST, request.FILES)
    if form.is_valid():
        upheld = form.cleaned_data["answer"] == form.UPHOLD
        try:
            answer_objection(
                objection=found.uuid,
                officer=_officer(request),
                upheld=upheld,
                words=form.cleaned_data["words"],
                ms=form.cleaned_data["length"],
                paper=_kept(form),
                now=now_ms(),
                address=address_of(request),
            )
        except (errors.CorrectionError, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            flash.success(
                request, _("已经答复，等第二个人复核后入账。") if upheld else _("已经答复，工友会收到消息。")
            )
            return redirect("records:desk_objection", union=union, objection=objection)
    context = _objection_page(request, node, found, form)
    return render(request, "records/desk_objection.html", context, status=422)


@guard(_READ)
@never_cache
@require_safe
def corrections(request: HttpRequest, union: UUID) -> HttpResponse:
    """List the corrections at a union and below it: those that wait for a second person, or all that were decided."""
    node = Union.objects.get(uuid=union)
    seen = corrections_seen_by(_officer(request), below=node)
    if _is_done(request):
        found = seen.exclude(state=Correction.State.FILED).order_by("-decided_at", "-pk")
    else:
        found = seen.filter(state=Correction.State.FILED).order_by("filed_at", "pk")
    return _list(request, node, found, correction_rows, "records/desk_corrections.html")


def _correction(request: HttpRequest, union: UUID, correction: UUID) -> tuple[Union, Correction]:
    node = Union.objects.get(uuid=union)
    seen = corrections_seen_by(_officer(request), below=node).filter(uuid=correction)
    found = seen.select_related("evidence", "objection__photo").first()
    if found is None:
        raise Http404
    return node, found


@guard(_READ)
@never_cache
@require_safe
def correction(request: HttpRequest, union: UUID, correction: UUID) -> HttpResponse:
    """Show one correction to who decides it; who reads it is written down."""
    node, found = _correction(request, union, correction)
    context = _correction_page(request, node, found, DecisionForm())
    at_desk.note(
        "correction.view",
        actor=_officer(request).person.uuid,
        target=f"correction:{found.uuid}",
        address=address_of(request),
        union=node.uuid,
    )
    return render(request, "records/desk_correction.html", context)


def _correction_page(
    request: HttpRequest, node: Union, found: Correction, form: DecisionForm
) -> dict[str, Any]:
    officer = _officer(request)
    names = Names(officer, {found.learner: found.union or found.desk})
    in_scope = at_desk.may_act(officer, desk=found.desk)
    own = own_chains(officer.person)
    is_filer, is_own = found.filed_by in own, found.learner in own
    is_open = found.state == Correction.State.FILED
    entry = LedgerEntry.objects.filter(learner=found.learner, n=found.entry).first() if found.entry else None
    return _frame(
        request,
        node,
        rail="corrections",
        decide_url=reverse("records:decide_correction", args=[node.uuid, found.uuid]),
        correction=found,
        shown=correction_words(found),
        name=names.of(found.learner),
        home=names.union(found.union or found.desk),
        facts=evidence_facts(found.objection) if found.objection else [],
        entry=entry,
        form=form,
        can_decide=is_open and in_scope and not is_filer and not is_own,
        waits_for_other=is_open and is_filer,
    )


@guard(_WRITE)
@require_POST
def decide(request: HttpRequest, union: UUID, correction: UUID) -> HttpResponse:
    """Approve or refuse a correction as the second person."""
    node, found = _correction(request, union, correction)
    form = DecisionForm(request.POST)
    if form.is_valid():
        approve = form.cleaned_data["decision"] == form.APPROVE
        try:
            decide_correction(
                correction=found.uuid,
                officer=_officer(request),
                approve=approve,
                words=form.cleaned_data["words"],
                now=now_ms(),
                address=address_of(request),
            )
        except errors.CorrectionError as error:
            form.add_error(None, str(error))
        else:
            flash.success(
                request, _("已入账，工友会收到消息。") if approve else _("已退回，原因告诉了提交的人。")
            )
            return redirect("records:desk_corrections", union=union)
    context = _correction_page(request, node, found, form)
    return render(request, "records/desk_correction.html", context, status=422)


@guard(_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_entry(request: HttpRequest, union: UUID, person: UUID, entry: int) -> HttpResponse:
    """File the reversal of one entry of a learner, or of a part of it."""
    node = Union.objects.get(uuid=union)
    desks = desks_of(_officer(request), write=True, below=node)
    found = LedgerEntry.objects.filter(learner=person, n=entry, union__in=desks).first()
    if found is None:
        raise Http404
    form = ReversalForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            filed = file_reversal(
                learner=person,
                entry=entry,
                officer=_officer(request),
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                kept_ms=form.cleaned_data["kept"] or 0,
                paper=_required(form),
                now=now_ms(),
                address=address_of(request),
            )
        except (errors.CorrectionError, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            return _filed(request, union, filed)
    session = StudySession.objects.filter(pk=found.session).only("title").first() if found.session else None
    context = _frame(
        request,
        node,
        form=form,
        entry=found,
        name=Names(_officer(request), {person: found.union}).of(person),
        title=session.title if session else LedgerEntry.Kind(found.kind).label,
        heading=_("更正一笔学时"),
    )
    return render(request, "records/file_correction.html", context, status=422 if form.errors else 200)


@guard(_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, union: UUID, person: UUID) -> HttpResponse:
    """File time for a member that no player has recorded."""
    node = Union.objects.get(uuid=union)
    home = union_of(person, day_of(now_ms()))
    if home is None or not desks_of(_officer(request), write=True, below=node).filter(uuid=home).exists():
        raise Http404
    form = GrantForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            filed = file_grant(
                learner=person,
                began_at=form.began_at,
                ms=form.cleaned_data["length"],
                officer=_officer(request),
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                paper=_required(form),
                now=now_ms(),
                address=address_of(request),
            )
        except (errors.CorrectionError, UploadRefused) as error:
            form.add_error(None, str(error))
        else:
            return _filed(request, union, filed)
    context = _frame(
        request,
        node,
        form=form,
        name=Names(_officer(request), {person: home}).of(person),
        heading=_("补录学时"),
    )
    return render(request, "records/file_correction.html", context, status=422 if form.errors else 200)


def _required(form: Any) -> KeptFile:
    return keep_private_file(file=form.cleaned_data["paper"], allowed=PAPER_TYPES)


def _filed(request: HttpRequest, union: UUID, correction: Correction) -> HttpResponse:
    words = _("已经提交，{time}。等第二个人复核后入账。")
    flash.success(request, words.format(time=display.spoken(abs(correction.ms))))
    return redirect("records:desk_correction", union=union, correction=correction.uuid)
