"""The rail of an officer's pages: the same places on each of them, those that the officer may open."""

from collections.abc import Iterator
from typing import Any, cast

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from unions.models import Union
from unions.noticeboard import may_write_notices
from unions.policies import may

register = template.Library()


@register.inclusion_tag("unions/desk_rail.html", takes_context=True)
def desk_rail(context: template.Context, union: Union, here: str) -> dict[str, Any]:
    """
    Draw the rail of a union; ``here`` is the key of the place this page belongs to. A page that knows an address with
    more in it (the period of the figures) says so as ``study_url`` or ``learners_url``.
    """
    user = cast(User, context["request"].user)
    known = {"study": context.get("study_url"), "learners": context.get("learners_url")}
    return {
        "places": [
            (known.get(key) or reverse(route, args=[union.uuid, *more]), name, key == here)
            for key, route, more, name in _places(user, union)
        ]
    }


def _places(user: User, union: Union) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield key, route, what else the route takes, and the name of each place."""
    today = timezone.localdate()
    answers = may(user, union, "membership", on=today)
    is_primary = union.kind.is_primary
    yield "study", "reports:study", [], _("概况")
    yield "learners", "reports:learners", [], _("会员")
    if may(user, union, "statistics", on=today):
        yield "returns", "reports:returns", [], _("上报")
    if answers:
        yield "requests", "unions:inbox", [], _("入会申请")
    if may(user, union, "training", on=today):
        yield "assignments", "programmes:assignments", [], _("学课安排")
        yield "objections", "records:desk_objections", [], _("异议")
        yield "corrections", "records:desk_corrections", [], _("更正")
        yield "policy", "records:policy", [], _("学时规则")
    if may_write_notices(user, union):
        yield "notices", "unions:notices", [], _("通知")
    if answers and union.kind.lowest_child_level is not None:
        yield "tree", "unions:tree", [], _("下级单位")
    if answers and is_primary and union.join_code:
        yield "invitation", "unions:invitation", [], _("邀请码")
    if may(user, union, "membership", write=True, on=today):
        yield "import", "unions:import", ["members" if is_primary else "tree"], _("导入")
