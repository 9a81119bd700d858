"""A union's notices: said to everybody below it, taken back by whoever may write there, never deleted."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from core import audit
from core.db import lock_rows
from core.kept import NOTICES, outdated
from unions import exceptions as wrong
from unions.models import Notice, Union

STREAM = "unions"
LONGEST = timedelta(days=366)
"""A notice that holds longer is no notice any more; it is written anew."""


@transaction.atomic
def publish_notice(
    *,
    union: Union,
    title: str,
    text: str,
    active_from: date,
    last_day: date,
    officer: User,
    at: datetime,
    url: str = "",
    url_title: str = "",
) -> Notice:
    """
    Tell the members of a union and of everything below it; it holds from ``active_from`` up to and with ``last_day``.

    :raises NoticePeriodWrong: if it would end before it begins, or hold longer than a year.
    :raises UnionClosed: if the union no longer exists on its first day.
    """
    if not active_from <= last_day <= active_from + LONGEST:
        raise wrong.NoticePeriodWrong
    if union.closed_on is not None and union.closed_on <= active_from:
        raise wrong.UnionClosed
    notice = Notice.objects.create(
        union=union,
        title=title,
        text=text,
        url=url,
        url_title=url_title[:120],
        active_from=active_from,
        active_to=last_day + timedelta(days=1),
        published_by=officer,
        published_at=at,
    )
    outdated(NOTICES)
    _record("notice.publish", notice, officer)
    return notice


@transaction.atomic
def withdraw_notice(*, notice: Notice, officer: User, at: datetime) -> Notice:
    """Show a notice to nobody any more. The row stays, with who took it back and when; twice is once."""
    notice = lock_rows(Notice.objects.filter(pk=notice.pk)).get()
    if notice.withdrawn_at is None:
        notice.withdrawn_by, notice.withdrawn_at = officer, at
        notice.save(update_fields=["withdrawn_by", "withdrawn_at"])
        outdated(NOTICES)
        _record("notice.withdraw", notice, officer)
    return notice


def _record(action: str, notice: Notice, officer: User) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=officer.person.uuid,
        target=f"union:{notice.union.uuid}",
        detail={"notice": notice.uuid, "from": notice.active_from, "to": notice.active_to},
    )
