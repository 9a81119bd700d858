"""
An officer's page of a union's study policy: what holds and where each value comes from, the versions, and a new one with
its preview. The policy before each view lets pass who has the training of the union; who publishes may write there.
"""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import User
from core import display
from core.audit import address_of
from core.clock import SHANGHAI, day_of, from_ms
from core.db import now_ms
from core.jobs.models import Job
from core.policies import guard
from records.corrections.queries import DUTY
from records.models import Recount, StudyPolicy
from records.operations.policies import FIELDS
from records.policies import words
from records.policies.forms import PolicyForm, columns_of, initial_of, origin_words
from records.policies.presets import Preset, preset_named, presets
from records.policies.publishing import PolicyRefused, draft_version, problems_of, publish_policy
from records.policies.queries import Origin, owner_names, owner_of, upwards
from records.recounts.previews import JOB, Preview, preview, preview_of
from unions.api import Union, may, officer_of

_READ, _WRITE = officer_of(DUTY), officer_of(DUTY, write=True)
VERSIONS, RECOUNTS = 50, 20


def _officer(request: HttpRequest) -> User:
    return cast("User", request.user)


def _union(union: UUID) -> Union:
    """Return the union of the address, with its kind for the rail beside the page."""
    return Union.objects.select_related("kind").get(uuid=union)


def _names(found: list[Origin]) -> dict[str, str]:
    return owner_names({o.owner for o in found} | {o.inherited_owner for o in found})


def _table(found: list[Origin], names: dict[str, str]) -> dict[str, Any]:
    """Return the values that hold as a table: what, how much, from whom."""
    return {
        "caption": _("现在按这些计时"),
        "columns": [{"label": _("规则")}, {"label": _("现在"), "numeric": True}, {"label": _("来自")}],
        "rows": [
            {
                "header": words.field_name(o.name),
                "note": words.explanation(o.name),
                "cells": [words.value_words(o.name, o.value), origin_words(o.owner, o.version, names)],
            }
            for o in found
        ],
    }


def _version_line(policy: StudyPolicy, current: int | None, now: int) -> dict[str, Any]:
    if policy.pk == current:
        state = _("正在用")
    elif policy.effective_from > now:
        state = _("还没到时候")
    else:
        state = _("用过")
    named = [n for n in FIELDS if getattr(policy, n) is not None]
    values = [f"{words.field_name(n)} {words.value_words(n, getattr(policy, n))}" for n in named]
    return {
        "number": policy.version,
        "state": state,
        "is_current": policy.pk == current,
        "since": _since(policy),
        "values": "；".join(values) or _("全部跟上级一样"),
        "note": policy.note,
    }


def _since(policy: StudyPolicy) -> str:
    """Return from when a version holds, with its year: it may be long ago."""
    at = from_ms(policy.effective_from)
    return f"{display.full_day(at)} {date_format(localtime(at, SHANGHAI), 'H:i')}"


@guard(_READ)
@never_cache
@require_safe
def policy(request: HttpRequest, union: UUID) -> HttpResponse:
    """Show what holds for a union's members, its own versions, and recounts."""
    node, now = _union(union), now_ms()
    line = upwards(union, at=now)
    found = line.origins(at=now)
    names = _names(found)
    current = line.current(at=now)
    versions = line.versions()[:VERSIONS]
    recounts = Recount.objects.filter(union=union).select_related("policy").order_by("-filed_at")[:RECOUNTS]
    return render(
        request,
        "records/policy.html",
        {
            "union": node,
            "may_write": may(_officer(request), node, DUTY, write=True),
            "table": _table(found, names),
            "versions": [_version_line(p, current.pk if current else None, now) for p in versions],
            "recounts": recounts,
        },
    )


@guard(_WRITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_policy(request: HttpRequest, union: UUID) -> HttpResponse:
    """Write a version, look at what it would change, publish it."""
    node, now = _union(union), now_ms()
    line = upwards(union, at=now)
    found = line.origins(at=now)
    names = _names(found)
    preset = preset_named(request.GET.get("preset", ""))
    form = PolicyForm(
        request.POST or None,
        origins={o.name: o for o in found},
        names=names,
        now=now,
        initial=_initial(preset, line.current(at=now)),
    )
    seen: Preview | None = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "publish":
            answer = _publish(request, node, form, now)
            if answer is not None:
                return answer
        else:
            seen = _preview(request, node, form, now)
            if seen is not None and seen.job is not None:
                return redirect("records:policy_preview", union=union, job=seen.job)
    context = {
        "union": node,
        "form": form,
        "presets": presets(),
        "preset": preset,
        "preview": preview_words(seen) if seen else None,
    }
    return render(request, "records/new_policy.html", context, status=422 if form.errors else 200)


def _initial(preset: Preset | None, current: StudyPolicy | None) -> dict[str, Any]:
    """Return what the form begins with: the version in force, or a preset."""
    if preset is not None:
        return {**initial_of(preset.values), "note": preset.note}
    return initial_of(columns_of(current)) if current else {}


def _publish(request: HttpRequest, node: Union, form: PolicyForm, now: int) -> HttpResponse | None:
    try:
        made = publish_policy(
            owner=owner_of(node.uuid),
            union=node.uuid,
            values=form.values,
            effective_from=form.effective_from,
            by=_officer(request).person.uuid,
            now=now,
            note=form.cleaned_data["note"],
            address=address_of(request),
        )
    except PolicyRefused as refused:
        _add_errors(form, refused)
        return None
    text = _("第 {version} 版已发布，从 {since} 起生效。")
    flash.success(request, text.format(version=made.version, since=_since(made)))
    return redirect("records:policy", union=node.uuid)


def _preview(request: HttpRequest, node: Union, form: PolicyForm, now: int) -> Preview | None:
    owner = owner_of(node.uuid)
    problems = problems_of(
        owner=owner, union=node.uuid, values=form.values, effective_from=form.effective_from, now=now
    )
    if problems:
        _add_errors(form, PolicyRefused(problems))
        return None
    version = draft_version(owner, form.values)
    return preview(version=version, union=node, today=day_of(now), by=_officer(request).person.uuid)


def _add_errors(form: PolicyForm, refused: PolicyRefused) -> None:
    for field, sentence in refused.sentences():
        form.add_error({"effective": "on", "": None}.get(field, field), sentence)


def preview_words(seen: Preview) -> dict[str, Any]:
    """Return a preview as the page says it."""
    month = display.month(seen.day_from)
    figures = seen.figures
    if figures is None:
        return {"title": _("正在试算"), "text": ""}
    title = _("按第 {version} 版，{month}有 {count} 名会员的学时会变").format(
        version=seen.version, month=month, count=figures.changed
    )
    parts = [
        _("试算了{month}有学时的 {count} 名会员，没有改动任何记录。").format(
            month=month, count=figures.learners
        )
    ]
    if figures.lost_ms:
        parts.append(_("一共会少 {time}。").format(time=display.spoken(figures.lost_ms)))
    if figures.gained_ms:
        parts.append(_("一共会多 {time}。").format(time=display.spoken(figures.gained_ms)))
    if figures.beyond:
        parts.append(
            _("{fields}也和当时不同：这些在播放时就判断了，没有依据试算，只对以后的学习起作用。").format(
                fields="、".join(words.field_names(figures.beyond))
            )
        )
    return {"title": title, "text": "".join(parts)}


@guard(_WRITE)
@never_cache
@require_safe
def policy_preview(request: HttpRequest, union: UUID, job: UUID) -> HttpResponse:
    """Show the preview that a job made for this union, or how far it is."""
    node = _union(union)
    found = Job.objects.filter(uuid=job, kind=JOB).first()
    if found is None or found.payload["union"] != str(union):
        raise Http404
    is_done = found.state == Job.State.DONE
    seen = preview_of(found.payload, found.result if is_done else None)
    return render(
        request,
        "records/policy_preview.html",
        {
            "union": node,
            "job": found,
            "is_done": is_done,
            "is_failed": found.state in {Job.State.FAILED, Job.State.CANCELLED},
            "preview": preview_words(seen),
        },
    )
