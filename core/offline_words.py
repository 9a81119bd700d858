"""What pages say of lessons that were taken along. Placeholders in braces are filled in the browser."""

from typing import Any

from django.utils.translation import gettext as _


def words() -> dict[str, Any]:
    """Return all sentences by key."""
    return {
        "until": _("可离线学到 {when}"),
        "over": _("已到期，{when} 起不能再离线学。连上网打开这节课，就自动续上。"),
        "waiting": _("有 {time}待上传，连上网自动传，不会重复也不会丢。"),
        "sent": _("已上传 {time}，计入学习记录。"),
        "sent_less": _("已上传 {time}，其中 {less}没有算，学习记录里写着原因和怎么补。"),
        "stuck": _("有 {time}传不上去：{why} 学过的都还在这台设备上，可以把这句话告诉工会。"),
        "not_kept": _("还没带走。没网也能学，学的照样算。"),
        "keeping": _("正在存到这台设备…"),
        "no_network": _("要连着网才能带走。连上网再点一次。"),
        "failed": _("没有存下来。看看手机还有没有空间，再点一次。"),
        "keep": _("带走这节课"),
        "remove": _("不带了"),
        "empty": _("这台设备上还没有带走的课。打开一节文字课，点“带走这节课”。"),
        "others": _("这台设备上还有 {time}是别人登录时学的。那个人在这里登录，就自动上传，记在那个人名下。"),
        "taken_out": _("已不带在身上"),
        "date": _("{month}月{day}日 {time}"),
        "units": {"ms": _("{m} 分 {s} 秒"), "m": _("{m} 分钟"), "s": _("{s} 秒")},
    }
