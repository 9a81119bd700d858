"""What the desk's templates show of the standards check and of a review, as the components of core take it."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from core import display
from core.templatetags.desk_ui import check_panel, review_remark
from courses.checks import Report
from courses.models import ReviewComment

register = template.Library()


@register.inclusion_tag("components/check_panel.html")
def missing_before_review(report: Report, page_id: int | str = "") -> dict[str, Any]:
    """Show what a course lacks; entries of the page that is being edited (``page_id``) name no place."""
    items = [
        {
            "url": reverse("wagtailadmin_pages:edit", args=[failure.page_id]) + failure.anchor,
            "text": failure.message,
            "where": "" if failure.page_id == page_id else failure.where,
            "is_here": failure.page_id == page_id,
        }
        for failure in report.failures
    ]
    return check_panel(items, passed=len(report.passed), notes=report.notes)


@register.inclusion_tag("components/review_remark.html")
def remark_at_its_place(
    comment: ReviewComment, page_id: int | str = "", shows_place: bool = True
) -> dict[str, Any]:
    """Show a reviewer's remark; its pin opens the block in the editor, or goes there on the page that is edited."""
    anchor = f"#check={comment.block}" if comment.block else ""
    after = ""
    if comment.settled_at:
        after = _("%(who)s %(day)s 说改好了。") % {
            "who": comment.settled_by,
            "day": display.moment(comment.settled_at),
        }
    return review_remark(
        comment.words,
        kind="done" if comment.settled_at else "note",
        who=comment.written_by,
        when=display.moment(comment.written_at),
        pin=(f"{comment.title}：“{comment.quote}”" if comment.quote else comment.title)
        if shows_place
        else "",
        pin_url=reverse("wagtailadmin_pages:edit", args=[comment.page_id]) + anchor,
        pin_here=bool(anchor) and comment.page_id == page_id,
        after=after + comment.answer,
    )
