"""
Joining, waiting, being confirmed, moving and leaving.

By an invitation code joining is immediate; by search it is a request that an officer answers. Study counts meanwhile:
a confirmation dates the membership from the day the request was sent and says so on the topic ``membership.confirmed``,
so that the ledger can attribute minutes that belong to no union yet.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Person, User
from core import audit, inbox, outbox
from core.clock import day_of, to_ms
from core.db import lock_rows
from core.display import full_day
from unions import exceptions as wrong
from unions.models import JoinRequest, Membership, Union
from unions.rules import normalize_code

STREAM = "unions"
CONFIRMED = "membership.confirmed"
"""Topic. key: person uuid; payload: {"person", "union", "from": day, "source"}."""
MembershipGuard = Callable[[UUID], date | None]
MembershipGuardOfMany = Callable[[Sequence[UUID]], Mapping[UUID, date]]
_GUARDS: list[tuple[MembershipGuard, MembershipGuardOfMany | None]] = []
_OPEN = (JoinRequest.State.SENT, JoinRequest.State.ASKED_BACK)


def register_membership_guard(guard: MembershipGuard, of_many: MembershipGuardOfMany | None = None) -> None:
    """
    Let an app above say from which day on a person's membership may begin: the day of the learner's last entry that
    has a union (minutes without a union do not count here: they are waiting for one), or None. ``of_many`` says it of
    many at once, leaving out those of whom it has nothing to say.
    """
    if (guard, of_many) not in _GUARDS:
        _GUARDS.append((guard, of_many))


def earliest_start(person: UUID) -> date | None:
    """Return the first day on which a membership of this person may begin, or None for any day."""
    days = [day for guard, _of_many in _GUARDS if (day := guard(person)) is not None]
    return max(days, default=None)


def earliest_starts(persons: Sequence[UUID]) -> dict[UUID, date]:
    """Return the same of each of these persons who may not begin on any day."""
    found: dict[UUID, date] = {}
    for guard, of_many in _GUARDS:
        if of_many is not None:
            days = dict(of_many(persons))
        else:
            days = {person: day for person in persons if (day := guard(person)) is not None}
        for person, day in days.items():
            found[person] = max(day, found.get(person, day))
    return found


@transaction.atomic
def join_by_code(*, person: Person, code: str, on: date, actor: User | None = None) -> Membership:
    """
    Make a person a member at once. A request that waits elsewhere is withdrawn; another membership ends.

    :raises CodeUnknown: if no open union has this invitation code.
    :raises AlreadyMember: if the person is a member there.
    """
    union = Union.objects.filter(join_code=normalize_code(code) or "-").select_related("kind").first()
    if union is None:
        raise wrong.CodeUnknown
    person = _lock(person)
    membership = _begin(person, union, on=on, source="code")
    end_requests(person)
    _record("membership.join", union, actor, {"person": person.uuid, "by": "code"})
    return membership


@transaction.atomic
def request_to_join(
    *, person: Person, union: Union, on: date, workplace: str = "", remark: str = ""
) -> JoinRequest:
    """
    Ask a union's officer to confirm a person as a member; the officers with the duty get a message.

    :raises NotAMemberUnion: if the union is not a primary one.
    :raises UnionClosed: if it does not exist on that day.
    :raises NameNotGiven: if the person has no name, by which an officer could know a member.
    :raises AlreadyMember: if the person is a member there.
    :raises RequestOpen: if another request waits.
    """
    _check_joinable(union, on)
    person = _lock(person)
    if not person.name:
        raise wrong.NameNotGiven
    current = _current(person, on)
    if current is not None and current.union_id == union.pk:
        raise wrong.AlreadyMember
    if JoinRequest.objects.filter(person=person, state__in=_OPEN).exists():
        raise wrong.RequestOpen
    request = JoinRequest.objects.create(
        person=person, union=union, workplace=workplace, remark=remark, sent_on=on
    )
    _record("membership.request", union, None, {"person": person.uuid, "request": request.uuid})
    return request


@transaction.atomic
def withdraw_request(*, request: JoinRequest) -> JoinRequest:
    """
    Take one's own request back.

    :raises RequestClosed: if it has been answered.
    """
    request = _lock_open(request)
    request.state = JoinRequest.State.WITHDRAWN
    request.save(update_fields=["state"])
    inbox.settle(key=_question(request))
    _record(
        "membership.withdraw", request.union, None, {"person": request.person.uuid, "request": request.uuid}
    )
    return request


@transaction.atomic
def confirm_request(*, request: JoinRequest, officer: User, at: datetime) -> Membership:
    """
    Confirm: the membership begins on the day the request was sent, or later where the ledger forbids it.

    :raises RequestClosed: if it has been answered.
    :raises UnionClosed: if the union closed meanwhile.
    """
    request = _lock_open(request)
    person, union = _lock(request.person), request.union
    _check_joinable(union, day_of(to_ms(at)))
    starts = [request.sent_on]
    if (earliest := earliest_start(person.uuid)) is not None:
        starts.append(earliest)
    last = Membership.objects.filter(member=person).order_by("-active_from").first()
    if last is not None:
        starts.append(last.active_to or last.active_from)
        if last.active_to is None:
            starts.append(last.active_from)
    membership = _begin(person, union, on=max(starts), source="request")
    _answer(request, JoinRequest.State.CONFIRMED, officer, at)
    inbox.send(
        to=person.uuid,
        kind="join.confirmed",
        title=_("{union}已确认你入会").format(union=union),
        body=_("从 {day} 起学的都算进单位了。").format(day=full_day(membership.active_from)),
        url=f"/unions/{union.uuid}/",
        action=_("看我的工会"),
        source=f"union:{union.uuid}",
        source_name=union.name,
        key=f"join.confirmed:{request.uuid}",
    )
    inbox.settle(key=_question(request), at=at)
    _record("membership.confirm", union, officer, {"person": person.uuid, "request": request.uuid})
    return membership


@transaction.atomic
def refuse_request(*, request: JoinRequest, officer: User, at: datetime, reason: str) -> JoinRequest:
    """
    Refuse with a reason, which the person reads.

    :raises RequestClosed: if it has been answered.
    """
    request = _lock_open(request)
    _answer(request, JoinRequest.State.REFUSED, officer, at, remark=reason)
    inbox.settle(key=_question(request), at=at)
    _tell(
        request, _("{union}没有通过你的申请"), reason, action=_("再看看"), key=f"join.refused:{request.uuid}"
    )
    _record(
        "membership.refuse", request.union, officer, {"person": request.person.uuid, "request": request.uuid}
    )
    return request


@transaction.atomic
def ask_back(*, request: JoinRequest, officer: User, at: datetime, question: str) -> JoinRequest:
    """
    Ask the person for something that is missing; the request stays open and keeps its date.

    :raises RequestClosed: if it has been answered.
    """
    request = _lock_open(request)
    _answer(request, JoinRequest.State.ASKED_BACK, officer, at, remark=question)
    _tell(
        request,
        _("{union}请你补充一点"),
        question,
        action=_("去补充"),
        key=_question(request),
        is_task=True,
        renew=True,
    )
    _record(
        "membership.ask", request.union, officer, {"person": request.person.uuid, "request": request.uuid}
    )
    return request


@transaction.atomic
def resend_request(*, request: JoinRequest, workplace: str, remark: str = "") -> JoinRequest:
    """
    Answer an officer's question: the request waits again, dated as before.

    :raises RequestClosed: if it is not open.
    """
    request = _lock_open(request)
    request.state, request.workplace, request.remark = JoinRequest.State.SENT, workplace, remark
    request.save(update_fields=["state", "workplace", "remark"])
    inbox.settle(key=_question(request))
    return request


@transaction.atomic
def transfer_member(*, person: Person, to: Union, on: date, actor: User) -> Membership:
    """
    Move a member to another union on a day. Minutes stay with the union of the day they were earned.

    :raises StudyAfterwards: if the ledger has minutes of a later day under the old union.
    :raises NotAMemberUnion, UnionClosed, AlreadyMember: as for joining.
    """
    _check_joinable(to, on)
    person = _lock(person)
    earliest = earliest_start(person.uuid)
    if earliest is not None and on < earliest:
        raise wrong.StudyAfterwards
    membership = _begin(person, to, on=on, source="officer")
    end_requests(person, to)
    _record("membership.transfer", to, actor, {"person": person.uuid, "on": on})
    return membership


@transaction.atomic
def leave_union(*, person: Person, on: date, actor: User | None = None) -> Membership | None:
    """
    End a membership: ``on`` is the first day without it. None when there was none.

    :raises StudyAfterwards: if the ledger has minutes of a later day under this union.
    """
    person = _lock(person)
    current = _current(person, on)
    if current is None:
        return None
    earliest = earliest_start(person.uuid)
    if earliest is not None and on < earliest:
        raise wrong.StudyAfterwards
    _end(current, on=on)
    _record("membership.leave", current.union, actor, {"person": person.uuid, "on": on})
    return current


def end_requests(person: Person, to: Union | None = None) -> None:
    """
    Withdraw what a person asked and nobody has to answer any more, because the membership began another way: the request
    to this union, or all of them.
    """
    waiting = JoinRequest.objects.filter(person=person, state__in=_OPEN)
    for request in lock_rows(waiting if to is None else waiting.filter(union=to)):
        request.state = JoinRequest.State.WITHDRAWN
        request.save(update_fields=["state"])
        inbox.settle(key=_question(request))


def publish_confirmed(*, person: UUID, union: UUID, starts_on: date, source: str) -> None:
    """Tell the apps above that from a day on this person's minutes belong to this union."""
    outbox.publish(
        CONFIRMED,
        key=str(person),
        payload={"person": str(person), "union": str(union), "from": starts_on.isoformat(), "source": source},
    )


def _begin(person: Person, union: Union, *, on: date, source: str) -> Membership:
    _check_joinable(union, on)
    for membership in Membership.objects.filter(
        Q(active_to__isnull=True) | Q(active_to__gt=on), member=person
    ):
        if membership.union_id == union.pk:
            raise wrong.AlreadyMember
        _end(membership, on=on)
    membership = Membership.objects.create(member=person, union=union, active_from=on, source=source)
    publish_confirmed(person=person.uuid, union=union.uuid, starts_on=on, source=source)
    return membership


def _end(membership: Membership, *, on: date) -> None:
    if membership.active_from >= on:
        # It never held a day, so there is no history to keep; the audit log knows of it.
        membership.delete()
        return
    membership.active_to = on
    membership.save(update_fields=["active_to"])


def _current(person: Person, on: date) -> Membership | None:
    rows = Membership.objects.filter(Q(active_to__isnull=True) | Q(active_to__gt=on), member=person)
    return rows.select_related("union").order_by("active_from").first()


def _check_joinable(union: Union, on: date) -> None:
    if not union.kind.is_primary:
        raise wrong.NotAMemberUnion
    if on < union.opened_on or (union.closed_on is not None and union.closed_on <= on):
        raise wrong.UnionClosed


def _lock(person: Person) -> Person:
    """Lock the person's row: two joins at once wait for each other instead of failing in the database."""
    return lock_rows(Person.objects.filter(pk=person.pk)).get()


def _lock_open(request: JoinRequest) -> JoinRequest:
    request = lock_rows(JoinRequest.objects.filter(pk=request.pk)).get()
    if request.state not in _OPEN:
        raise wrong.RequestClosed
    return request


def _answer(request: JoinRequest, state: str, officer: User, at: datetime, remark: str | None = None) -> None:
    request.state, request.answered_by, request.answered_at = state, officer, at
    if remark is not None:
        request.remark = remark
    request.save(update_fields=["state", "answered_by", "answered_at", "remark"])


def _tell(request: JoinRequest, title: str, body: str, **more: Any) -> None:
    inbox.send(
        to=request.person.uuid,
        kind=f"join.{request.state}",
        title=title.format(union=request.union),
        body=body,
        url="/unions/waiting/",
        source=f"union:{request.union.uuid}",
        source_name=request.union.name,
        **more,
    )


def _question(request: JoinRequest) -> str:
    """The matter of an officer's question: settled by an answer, a withdrawal or a decision."""
    return f"join.question:{request.uuid}"


def _record(action: str, union: Union, actor: User | None, detail: dict[str, Any]) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor.person.uuid if actor else None,
        target=f"union:{union.uuid}",
        detail=detail,
    )
