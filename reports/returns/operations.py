"""Handing in, accepting, sending back, chasing."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.api import User
from core import audit, inbox
from core.clock import day_of, to_ms
from core.db import lock_rows
from core.display import full_day
from reports.returns.models import ReturnStep, UnionReturn
from reports.returns.queries import content_of, expected_of
from reports.returns.rules import KINDS, content_hash, due_on
from reports.rules import Period, PeriodKind
from reports.tables import period_name
from unions.api import Appointment, Union, officers_of, union_above

STREAM = "unions"
_DUTY = Appointment.Duty.STATISTICS


class ReturnError(Exception):
    """What a return does not allow; nothing was changed. The message is for people."""

    message = gettext_lazy("这一步现在做不了。")

    def __init__(self) -> None:
        super().__init__(str(self.message))


class NotEnded(ReturnError):
    message = gettext_lazy("这一期还没结束，结束后才能上报。")


class NothingAbove(ReturnError):
    message = gettext_lazy("上面没有上级工会，不用上报。")


class AlreadyHandedIn(ReturnError):
    message = gettext_lazy("这一期已经报上去了。要改的话，请上级退回来。")


class NotWaiting(ReturnError):
    message = gettext_lazy("这份上报现在不等答复，刷新一下看看。")


@transaction.atomic
def submit_return(*, union: Union, period: Period, officer: User, at: datetime) -> UnionReturn:
    """
    Hand the figures of a period in to the superior union: they are frozen as they stand, by the closing where there is one.

    :raises NotEnded: if the period runs, or is neither a month nor a year.
    :raises NothingAbove: for the top of the tree.
    :raises AlreadyHandedIn: if it waits for an answer or was accepted.
    """
    today = day_of(to_ms(at))
    if period.kind not in KINDS or period.end > today:
        raise NotEnded
    above = union_above(union.uuid)
    if above is None:
        raise NothingAbove
    content = content_of(union, period, today)
    closing = content["closing"] or {}
    known = lock_rows(
        UnionReturn.objects.filter(union=union, kind=period.kind.value, start=period.start)
    ).first()
    if known is not None and known.state != UnionReturn.State.RETURNED:
        raise AlreadyHandedIn
    handed = known or UnionReturn(union=union, kind=period.kind.value, start=period.start, version=0)
    handed.state, handed.version, handed.remark = UnionReturn.State.SUBMITTED, handed.version + 1, ""
    handed.content, handed.hash = content, content_hash(content)
    handed.closing_hash = closing.get("hash", "")
    handed.submitted_by, handed.submitted_at = officer, at
    handed.answered_by, handed.answered_at = None, None
    handed.save()
    _step(handed, officer, at)
    inbox.settle(key=_matter(union, period), at=at)
    inbox.send_to_many(
        to=officers_of(Union.objects.get(uuid=above), _DUTY, on=today),
        kind="return.submitted",
        title=_("{union}报来了{period}的报表").format(union=union.name, period=period_name(period)),
        url=_address(union, period),
        action=_("去看看"),
        source=f"union:{union.uuid}",
        source_name=union.name,
        key=f"return.submitted:{handed.uuid}:{handed.version}",
        at=at,
        is_task=True,
    )
    return handed


@transaction.atomic
def accept_return(*, handed: UnionReturn, officer: User, at: datetime) -> UnionReturn:
    """
    Accept what was handed in.

    :raises NotWaiting: if it does not wait.
    """
    return _answer(handed, UnionReturn.State.ACCEPTED, officer, at, "")


@transaction.atomic
def send_back(*, handed: UnionReturn, officer: User, at: datetime, remark: str) -> UnionReturn:
    """
    Send a return back with a remark, which the union reads.

    :raises NotWaiting: if it does not wait.
    :raises ValueError: without a remark.
    """
    if not remark.strip():
        raise ValueError("whoever gets it back must know why")
    return _answer(handed, UnionReturn.State.RETURNED, officer, at, remark.strip())


def _answer(handed: UnionReturn, state: str, officer: User, at: datetime, remark: str) -> UnionReturn:
    handed = lock_rows(UnionReturn.objects.filter(pk=handed.pk)).get()
    if handed.state != UnionReturn.State.SUBMITTED:
        raise NotWaiting
    handed.state, handed.remark, handed.answered_by, handed.answered_at = state, remark, officer, at
    handed.save(update_fields=["state", "remark", "answered_by", "answered_at"])
    _step(handed, officer, at)
    period = Period(PeriodKind(handed.kind), handed.start)
    is_back = state == UnionReturn.State.RETURNED
    title = _("{period}的报表被上级退回来了") if is_back else _("{period}的报表上级收下了")
    inbox.settle(key=f"return.submitted:{handed.uuid}:{handed.version}", at=at)
    inbox.send_to_many(
        to=officers_of(handed.union, _DUTY, on=day_of(to_ms(at))),
        kind=f"return.{state}",
        title=title.format(period=period_name(period)),
        body=remark,
        url=_address(handed.union, period),
        action=_("去改好再报") if is_back else _("看一看"),
        source=f"union:{handed.union.uuid}",
        source_name=handed.union.name,
        key=_matter(handed.union, period),
        at=at,
        is_task=is_back,
        renew=True,
    )
    return handed


@transaction.atomic
def chase(*, union: Union, period: Period, officer: User, at: datetime) -> int:
    """Remind every union directly below that has not handed in, or not again; return how many. Once a day is enough."""
    today = day_of(to_ms(at))
    missing = [line.union for line in expected_of(union, period, today) if line.is_missing]
    for below in missing:
        inbox.send_to_many(
            to=officers_of(below, _DUTY, on=today),
            kind="return.chased",
            title=_("请报{period}的报表").format(period=period_name(period)),
            body=_("{union}在等，{day}前报上来。").format(union=union.name, day=full_day(due_on(period))),
            url=_address(below, period),
            action=_("去上报"),
            source=f"union:{union.uuid}",
            source_name=union.name,
            key=_matter(below, period),
            at=at,
            is_task=True,
            renew=True,
        )
    audit.record(
        stream=STREAM,
        action="return.chase",
        actor=officer.person.uuid,
        target=f"union:{union.uuid}",
        detail={"period": period.code, "unions": len(missing)},
    )
    return len(missing)


def _step(handed: UnionReturn, officer: User, at: datetime) -> None:
    ReturnStep.objects.create(
        of=handed,
        state=handed.state,
        version=handed.version,
        hash=handed.hash,
        remark=handed.remark,
        by=officer,
        at=at,
    )
    audit.record(
        stream=STREAM,
        action=f"return.{handed.state}",
        actor=officer.person.uuid,
        target=f"union:{handed.union.uuid}",
        detail={"kind": handed.kind, "start": handed.start, "version": handed.version, "hash": handed.hash},
    )


def _matter(union: Union, period: Period) -> str:
    """The matter between a union's officers and the superior: settled when it is handed in."""
    return f"return:{union.uuid}:{period.code}"


def _address(union: Union, period: Period) -> str:
    return reverse("reports:return", args=[union.uuid, period.code])
