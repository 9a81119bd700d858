"""Joining, waiting, confirming, moving, leaving: what each does to the periods and whom it tells."""

from datetime import UTC, date, datetime

import pytest

from core import outbox
from core.models import AuditRow, Message, OutboxMessage
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions import api, operations
from unions import exceptions as wrong
from unions.models import JoinRequest, Membership
from unions.operations import membership as module

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)


@pytest.fixture
def t():
    return make_tree()


@pytest.fixture
def officer(t):
    user = make_user()
    api.appoint(officer=user, union=t["plant"], duty="membership", may_write=True, on=date(2026, 1, 1))
    return user


@pytest.fixture
def guard():
    """An app above that knows a last entry with a union: ``days[person uuid]``."""
    days: dict = {}
    api.register_membership_guard(days.get)
    yield days
    module._GUARDS.remove((days.get, None))


def periods(person):
    rows = Membership.objects.filter(member=person).order_by("active_from")
    return [(m.union.code, m.active_from, m.active_to) for m in rows]


def confirmed():
    """What the study record is told; each app above has rows of its own."""
    return [m.payload for m in OutboxMessage.objects.filter(topic=f"{api.CONFIRMED}>records").order_by("id")]


def test_a_code_makes_a_member_at_once_and_tells_the_apps_above(t):
    person = make_person()
    api.join_by_code(person=person, code=f" {t['plant'].join_code.lower()} ", on=TODAY)
    assert periods(person) == [("JC-QJ-ZJ", TODAY, None)]
    assert confirmed() == [
        {"person": str(person.uuid), "union": str(t["plant"].uuid), "from": "2026-11-23", "source": "code"}
    ]


@pytest.mark.parametrize("code", ["", "NOPE1234", "x" * 40])
def test_an_unknown_code_joins_nothing(t, code):
    with pytest.raises(wrong.CodeUnknown):
        api.join_by_code(person=make_person(), code=code, on=TODAY)


def test_a_code_withdraws_what_waits_elsewhere(t):
    person = make_person()
    api.request_to_join(person=person, union=t["mine"], on=TODAY)
    api.join_by_code(person=person, code=t["plant"].join_code, on=TODAY)
    assert JoinRequest.objects.get().state == "withdrawn"


def test_a_confirmation_dates_the_membership_from_the_request(t, officer):
    person = make_person()
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    assert api.union_of(person.uuid, TODAY) is None
    api.confirm_request(request=request, officer=officer, at=NOW)
    assert api.union_of(person.uuid, TODAY) == t["plant"].uuid
    assert confirmed()[0]["from"] == "2026-11-23"
    assert Message.objects.get(recipient=person.uuid).kind == "join.confirmed"
    assert AuditRow.objects.filter(action="membership.confirm").get().actor == officer.person.uuid


def test_a_request_is_answered_once(t, officer):
    request = api.request_to_join(person=make_person(), union=t["plant"], on=TODAY)
    api.confirm_request(request=request, officer=officer, at=NOW)
    for act in (
        lambda: api.confirm_request(request=request, officer=officer, at=NOW),
        lambda: operations.refuse_request(request=request, officer=officer, at=NOW, reason="不在册"),
        lambda: operations.withdraw_request(request=request),
    ):
        with pytest.raises(wrong.RequestClosed):
            act()


def test_a_refusal_tells_the_reason_and_lets_ask_again(t, officer):
    person = make_person()
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    operations.refuse_request(request=request, officer=officer, at=NOW, reason="花名册上没有")
    assert Message.objects.get(recipient=person.uuid).body == "花名册上没有"
    api.request_to_join(person=person, union=t["mine"], on=TODAY)


def test_a_question_keeps_the_request_and_its_date(t, officer):
    person = make_person()
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    operations.ask_back(request=request, officer=officer, at=NOW, question="哪个班组？")
    operations.resend_request(request=request, workplace="甲班")
    membership = api.confirm_request(request=request, officer=officer, at=NOW)
    assert membership.active_from == TODAY


def test_a_second_open_request_is_refused(t):
    person = make_person()
    api.request_to_join(person=person, union=t["plant"], on=TODAY)
    with pytest.raises(wrong.RequestOpen):
        api.request_to_join(person=person, union=t["mine"], on=TODAY)


def test_who_may_not_ask(t):
    with pytest.raises(wrong.NameNotGiven):
        api.request_to_join(person=make_person(name=""), union=t["plant"], on=TODAY)
    with pytest.raises(wrong.NotAMemberUnion):
        api.request_to_join(person=make_person(), union=t["county"], on=TODAY)
    with pytest.raises(wrong.AlreadyMember):
        api.request_to_join(person=make_member(t["plant"]), union=t["plant"], on=TODAY)
    api.close_union(union=t["mine"], on=TODAY)
    with pytest.raises(wrong.UnionClosed):
        api.request_to_join(person=make_person(), union=t["mine"], on=TODAY)


def test_confirming_a_member_of_another_union_moves_the_member(t, officer):
    person = make_member(t["mine"])
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    api.confirm_request(request=request, officer=officer, at=NOW)
    assert periods(person) == [("JC-QJ-MK", date(2020, 1, 1), TODAY), ("JC-QJ-ZJ", TODAY, None)]


def test_a_confirmation_never_reaches_before_the_last_entry_of_another_union(t, officer, guard):
    person = make_member(t["mine"])
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    guard[person.uuid] = date(2026, 11, 25)
    assert api.confirm_request(request=request, officer=officer, at=NOW).active_from == date(2026, 11, 25)


def test_a_transfer_before_the_last_entry_is_refused(t, officer, guard):
    person = make_member(t["mine"])
    guard[person.uuid] = TODAY
    with pytest.raises(wrong.StudyAfterwards):
        api.transfer_member(person=person, to=t["plant"], on=date(2026, 11, 22), actor=officer)
    api.transfer_member(person=person, to=t["plant"], on=TODAY, actor=officer)
    assert api.union_of(person.uuid, date(2026, 11, 22)) == t["mine"].uuid
    assert api.union_of(person.uuid, TODAY) == t["plant"].uuid


def test_leaving_ends_the_membership_and_the_day_before_still_counts(t):
    person = make_member(t["plant"])
    api.leave_union(person=person, on=TODAY)
    assert api.union_of(person.uuid, date(2026, 11, 22)) == t["plant"].uuid
    assert api.union_of(person.uuid, TODAY) is None
    assert api.leave_union(person=person, on=TODAY) is None


def test_two_moves_on_one_day_leave_no_empty_period(t):
    person = make_person()
    api.join_by_code(person=person, code=t["plant"].join_code, on=TODAY)
    api.join_by_code(person=person, code=t["mine"].join_code, on=TODAY)
    assert periods(person) == [("JC-QJ-MK", TODAY, None)]


def test_unions_of_many_persons_take_one_query(t, django_assert_num_queries):
    people = [make_member(t["plant"]) for _ in range(5)]
    with django_assert_num_queries(1):
        assert api.unions_of([p.uuid for p in people], TODAY) == {p.uuid: t["plant"].uuid for p in people}


def test_the_outbox_reaches_a_subscriber(t):
    heard = []
    outbox.subscribe(api.CONFIRMED, "test", lambda batch: heard.extend(m.payload["source"] for m in batch))
    try:
        api.join_by_code(person=make_person(), code=t["plant"].join_code, on=TODAY)
        outbox.deliver()
    finally:
        outbox.unsubscribe(api.CONFIRMED, "test")
    assert heard == ["code"]
