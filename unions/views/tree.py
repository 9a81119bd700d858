"""
Changing the tree: the officer of the superior opens, renames, moves, merges, splits and closes what stands below. Each
act is tried first and shown with what it will change; only then it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.api import User
from core.display import full_day
from core.policies import guard
from unions import operations
from unions.exceptions import UnionError
from unions.forms_tree import ActForm, CloseForm, MergeForm, MoveForm, OpenForm, RenameForm, SplitForm
from unions.models import Line, Union, UnionPlace
from unions.policies import may, officer_of, officer_scope, union_asked
from unions.queries import active, children, member_count

A_PAGE = 50


@dataclass(frozen=True)
class Act:
    """One thing to do with the tree: ``run`` does it, ``tells`` says beforehand what it changes, ``done`` afterwards."""

    title: str | Promise
    form: type[ActForm]
    run: Callable[[ActForm, User, date], object]
    tells: Callable[[ActForm, date], list[str]]
    done: str | Promise
    of_unit: bool = True


def _open(form: ActForm, user: User, today: date) -> object:
    data = dict(form.cleaned_data)
    return operations.open_union(parent=form.above, actor=user, **data)


def _rename(form: ActForm, user: User, today: date) -> object:
    data = form.cleaned_data
    return operations.rename_union(
        union=_unit(form), name=data["name"], short_name=data["short_name"], actor=user
    )


def _move(form: ActForm, user: User, today: date) -> object:
    data = form.cleaned_data
    return operations.move_union(
        union=_unit(form), parent=data["parent"], on=data["on"], line=data["line"], today=today, actor=user
    )


def _merge(form: ActForm, user: User, today: date) -> object:
    return operations.merge_unions(
        closing=_unit(form), into=form.cleaned_data["into"], on=today, today=today, actor=user
    )


def _split(form: ActForm, user: User, today: date) -> object:
    return operations.split_union(union=_unit(form), on=today, today=today, actor=user, **form.cleaned_data)


def _close(form: ActForm, user: User, today: date) -> object:
    return operations.close_union(union=_unit(form), on=today, actor=user)


def _unit(form: ActForm) -> Union:
    return cast(Union, form.unit)


def _size(unit: Union, today: date) -> dict[str, Any]:
    below = Union.objects.filter(path__startswith=unit.path, closed_on__isnull=True).count() - 1
    return {"unit": unit.name, "members": f"{member_count(unit, today):,}", "below": below}


_PAST_STAYS = gettext_lazy("以前的数不动：过去各期还按当时的隶属关系，已关账的月份一毫秒都不变。")
_FOR_GOOD = gettext_lazy("这一步不能撤回。办错了，只能重新开一家，再把人和下级移过去。")


def _tells_open(form: ActForm, today: date) -> list[str]:
    data = form.cleaned_data
    return [
        _("%(above)s下面多一家：%(name)s（%(code)s），从%(on)s起。")
        % {"above": form.above.name, "name": data["name"], "code": data["code"], "on": full_day(data["on"])},
        _("会有一个新的邀请码。会员要另外加入，可以发码，也可以导入名册。"),
        _("代码以后不变，名称可以改。办错了就撤销这一家。"),
    ]


def _tells_rename(form: ActForm, today: date) -> list[str]:
    return [
        _("%(unit)s从现在起叫“%(name)s”，过去各期的页面也显示新名称。")
        % {"unit": _unit(form).name, "name": form.cleaned_data["name"]},
        _("代码 %(code)s 不变，会员、学时、下级都不动。旧名称留在审计日志里。") % {"code": _unit(form).code},
        _("要改回来，再改一次名就行。"),
    ]


def _tells_move(form: ActForm, today: date) -> list[str]:
    data, unit = form.cleaned_data, _unit(form)
    place = UnionPlace.objects.filter(active(data["on"]), union=unit, line=data["line"]).select_related(
        "parent"
    )
    old = place.first()
    return [
        _(
            "从%(on)s起，%(unit)s连同它下面 %(below)s 家单位、%(members)s 名会员，算在%(parent)s下面（%(line)s线）。"
        )
        % {
            **_size(unit, today),
            "on": full_day(data["on"]),
            "parent": data["parent"].name,
            "line": Line(data["line"]).label,
        },
        _("%(old)s过去各期的合计里还有它这一行，只是不再点得开。")
        % {"old": old.parent.name if old and old.parent else _("原上级")},
        str(_PAST_STAYS),
        _("要撤回，再把它移回来就行。"),
    ]


def _tells_merge(form: ActForm, today: date) -> list[str]:
    into = form.cleaned_data["into"]
    return [
        _("%(unit)s今天撤销。它和下级共 %(members)s 名会员、下面 %(below)s 家单位，今天起算在%(into)s下面。")
        % {**_size(_unit(form), today), "into": into.name},
        _("以前学的学时留在%(unit)s名下。它的邀请码失效，页面会指到%(into)s。")
        % {"unit": _unit(form).name, "into": into.name},
        str(_PAST_STAYS),
        str(_FOR_GOOD),
    ]


def _tells_split(form: ActForm, today: date) -> list[str]:
    data = form.cleaned_data
    members = sum(member_count(u, today) for u in data["taking"])
    return [
        _("%(unit)s旁边多一家%(name)s，上级和类型都一样，从今天起。")
        % {"unit": _unit(form).name, "name": data["name"]},
        _("跟过去的下级：%(names)s，共 %(members)s 名会员。")
        % {"names": "、".join(u.name for u in data["taking"]), "members": f"{members:,}"},
        _("直接在%(unit)s的会员不动，要转的另外转会籍。") % {"unit": _unit(form).name},
        str(_PAST_STAYS),
    ]


def _tells_close(form: ActForm, today: date) -> list[str]:
    return [
        _(
            "%(unit)s今天撤销，%(members)s 名会员从今天起没有单位，他们以后学的先记为“未归属”，加入别的工会后再转过去。"
        )
        % _size(_unit(form), today),
        _("如果会员要转到另一家，请用“合并”。"),
        str(_PAST_STAYS),
        str(_FOR_GOOD),
    ]


ACTS = {
    "open": Act(
        gettext_lazy("新开一家"), OpenForm, _open, _tells_open, gettext_lazy("开好了。"), of_unit=False
    ),
    "rename": Act(gettext_lazy("改名"), RenameForm, _rename, _tells_rename, gettext_lazy("改好了。")),
    "move": Act(gettext_lazy("换上级"), MoveForm, _move, _tells_move, gettext_lazy("移好了。")),
    "merge": Act(gettext_lazy("并到另一家"), MergeForm, _merge, _tells_merge, gettext_lazy("合并好了。")),
    "split": Act(gettext_lazy("分出一家"), SplitForm, _split, _tells_split, gettext_lazy("分好了。")),
    "close": Act(gettext_lazy("撤销"), CloseForm, _close, _tells_close, gettext_lazy("已撤销。")),
}


@guard(officer_of("membership"))
@never_cache
@require_safe
def units(request: HttpRequest, union: UUID) -> HttpResponse:
    """What stands directly below a union today, on both lines, with what may be done to each."""
    node, today = union_asked(request), timezone.localdate()
    rows = [
        (unit, label)
        for line, label in Line.choices
        for unit in children(node, on=today, line=line).select_related("kind")
    ]
    context = {
        "union": node,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "acts": [(key, act.title) for key, act in ACTS.items() if act.of_unit],
        "may_write": may(_officer(request), node, "membership", write=True, on=today),
        "may_open": node.kind.lowest_child_level is not None,
    }
    return render(request, "unions/tree.html", context)


@guard(officer_of("membership", write=True))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, union: UUID, act: str) -> HttpResponse:
    """Fill in, look at what will change, do it."""
    node, today, user = union_asked(request), timezone.localdate(), _officer(request)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    unit = _unit_asked(request, node) if chosen.of_unit else None
    initial = {"on": today, "name": unit.name if unit else "", "short_name": unit.short_name if unit else ""}
    data = request.POST if request.method == "POST" else None
    form = chosen.form(data, user=user, above=node, unit=unit, today=today, initial=initial)
    context: dict[str, Any] = {"union": node, "unit": unit, "act": chosen, "form": form, "key": act}
    needs_nothing = not form.fields and data is None
    if needs_nothing:
        form = context["form"] = chosen.form({}, user=user, above=node, unit=unit, today=today)
    if not (data is not None or needs_nothing) or not form.is_valid():
        return render(request, "unions/tree_act.html", context, status=422 if data is not None else 200)
    is_meant = data is not None and data.get("step") == "do"
    try:
        with transaction.atomic():
            if not is_meant:
                context["tells"] = chosen.tells(form, today)
            chosen.run(form, user, today)
            if not is_meant:
                transaction.set_rollback(True)
    except UnionError as error:
        form.add_error(None, str(error))
        context.pop("tells", None)
        return render(request, "unions/tree_act.html", context, status=422)
    if not is_meant:
        context["sent"] = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
        return render(request, "unions/tree_act.html", context)
    flash.success(request, str(chosen.done))
    return redirect("unions:tree", union=union)


def _unit_asked(request: HttpRequest, node: Union) -> Union:
    """Return the union that ``unit`` names, if it stands below the officer's; its own superior changes it."""
    try:
        uuid = UUID(request.POST.get("unit") or request.GET.get("unit", ""))
    except ValueError as error:
        raise Http404 from error
    below = officer_scope(_officer(request), "membership", write=True).exclude(pk=node.pk)
    unit = below.select_related("kind").filter(uuid=uuid, path__startswith=node.path).first()
    if unit is None or unit.closed_on is not None:
        raise Http404
    return unit


def _officer(request: HttpRequest) -> User:
    return cast(User, request.user)
