"""What the review's forms send, read leniently: what is missing or made up is no verdict."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from courses.models import ReviewPoint
from courses.review.deciding import Verdict


def verdicts_in(data: Mapping[str, str]) -> dict[str, Verdict]:
    """Return the verdicts of a form: ``verdict-content`` and ``remark-content`` for each point."""
    return {
        point: Verdict(data.get(f"verdict-{point}", ""), data.get(f"remark-{point}", ""))
        for point in ReviewPoint.Point.values
        if data.get(f"verdict-{point}")
    }


def why_not(code: str) -> str:
    """Return in plain words why a decision or a hand-over was not taken."""
    words = {
        "points": _("六个方面都要有结论，要改的不能通过。"),
        "remark": _("选了“要改”的，写一句怎么改。"),
        "reason": _("写一句为什么，让人知道怎么办。"),
        "comments": _("还有没改好的意见。等作者改好再通过，或者退回修改。"),
        "over": _("这一环节已经审完了。"),
        "whom": _("选一位同一环节、没有参与这门课的人。"),
    }
    return words.get(code, _("这一步没有做成，刷新一下再看。"))
