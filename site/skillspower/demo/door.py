"""
The demo's door: one click, and one is somebody of the cast.

It lets in without any proof, so it stands open only where nobody but the person before this machine can reach it: when
``bin/demo`` itself started this web process, the caller is this machine, the address asked for is this machine's, and
nothing in the request says that it came through somebody in between. Everywhere else its routes answer 404.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.api import User
from core.policies import Policy

_PASSED_ON = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
"""Headers of a proxy. One on this machine calls from loopback too, so a request that carries any of them is refused."""


@dataclass(frozen=True)
class Role:
    """One of the cast to be at one click. ``home`` is where that person's work begins."""

    key: str
    name: Promise
    who: Promise
    login: str
    home: str
    icon: str


ROLES = {
    role.key: role
    for role in (
        Role("worker", _("工人"), _("李海生，焊工，栖江重机"), "lihaisheng", "/", "person"),
        Role("instructor", _("讲师"), _("陈铁山，焊工，高级技师"), "chentieshan", "/cms/", "medal"),
        Role("reviewer", _("审核"), _("赵国庆，专业审核人"), "zhaoguoqing", "/cms/", "check"),
        Role("officer", _("工会干部"), _("孙丽，栖江县总工会"), "sunli", "/unions/mine/", "group"),
        Role("chair", _("厂工会主席"), _("周立新，栖江重机工会"), "zhoulixin", "/unions/mine/", "seal"),
        Role("miner", _("矿工"), _("杨志成，井下没有网，上井一起传"), "yangzhicheng", "/records/", "person"),
        Role("electrician", _("电工"), _("欧阳晓东，云岭城轨"), "ouyangxiaodong", "/", "person"),
        Role("welder", _("焊工"), _("买买提·艾合买提，栖江重机"), "maimaiti", "/", "person"),
        Role("carer", _("护理员"), _("李𬱖，刚学了三节"), "liwei", "/", "person"),
        Role("author", _("写课的师傅"), _("邵卫东，有一节课还差 3 项"), "shaoweidong", "/cms/", "medal"),
        Role("editor", _("课程编辑"), _("王敏，帮师傅们整理课程"), "wangmin", "/cms/", "file"),
        Role("applicant", _("待核验的师傅"), _("吴大勇，荣誉正在公示"), "wudayong", "/me/messages/", "medal"),
        Role("union", _("联合工会主席"), _("苏晓梅，23 份入会申请"), "suxiaomei", "/me/messages/", "group"),
        Role("mine", _("矿工会主席"), _("冯建国，青石沟煤矿"), "fengjianguo", "/unions/mine/", "group"),
        Role("province", _("省总领导"), _("高振华，江川省总工会"), "gaozhenhua", "/unions/mine/", "seal"),
    )
}  # fmt: skip
ON_SIGN_IN_PAGE = ("worker", "instructor", "reviewer", "officer")
"""The others are on the page of the tour."""


def is_open(request: HttpRequest) -> bool:
    """Return whether this request may use the door (see the module's text)."""
    return (
        bool(settings.DEMO_DOOR)
        and _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and _is_loopback(urlsplit("//" + request.META.get("HTTP_HOST", "")).hostname or "")
        and not any(header in request.META for header in _PASSED_ON)
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class DoorPolicy(Policy):
    """For everybody where the door is open; elsewhere there is no such page."""

    def refusal(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        if not is_open(request):
            raise Http404
        return None


at_this_machine = DoorPolicy("demo_door", lambda request, **kwargs: is_open(request), hides=True)


def roles_of_sign_in_page() -> Iterator[Role]:
    return (ROLES[key] for key in ON_SIGN_IN_PAGE)


def enter(request: HttpRequest, role: Role) -> None:
    """
    Sign in as a role's person; who was signed in before is out.

    :raises Http404: if the demo community is not loaded.
    """
    user = User.objects.filter(username=role.login).select_related("person").first()
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
