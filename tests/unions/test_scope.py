"""What an officer may see: today's subtree, one duty, and names only from a post at the primary union."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from tests.factories.people import make_person, make_tree, make_union, make_user
from unions import api, operations
from unions.message_sources import waiting_requests
from unions.models import Appointment, Union
from unions.policies import is_officer, may

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


@pytest.fixture
def t():
    return make_tree()


def appointed(union, duty="statistics", **kwargs):
    user = make_user()
    api.appoint(
        officer=user, union=union, duty=duty, may_write=kwargs.pop("may_write", False), on=START, **kwargs
    )
    return user


def codes(queryset):
    return set(queryset.values_list("code", flat=True))


def test_scope_is_the_subtree_of_the_post(t):
    user = appointed(t["county"])
    assert codes(api.officer_scope(user)) == {"JC-QJ-X", "JC-QJ-ZJ", "JC-QJ-ZJ-1"}


def test_scope_asks_for_the_duty_and_for_writing(t):
    user = appointed(t["county"], "membership")
    assert codes(api.officer_scope(user, "statistics")) == set()
    assert codes(api.officer_scope(user, "membership", write=True)) == set()
    assert len(codes(api.officer_scope(user, "membership"))) == 3


def test_writing_includes_reading(t):
    user = appointed(t["county"], "membership", may_write=True)
    assert codes(api.officer_scope(user, "membership")) == codes(
        api.officer_scope(user, "membership", write=True)
    )


def test_a_post_inside_another_adds_nothing(t):
    user = appointed(t["county"])
    api.appoint(officer=user, union=t["plant"], duty="statistics", may_write=False, on=START)
    assert str(api.officer_scope(user).query).count("LIKE") == 1
    assert len(codes(api.officer_scope(user))) == 3


def test_posts_begin_and_end_by_day(t):
    user = appointed(t["county"], until=date(2026, 6, 1))
    assert codes(api.officer_scope(user, on=date(2026, 5, 31)))
    assert not codes(api.officer_scope(user, on=date(2026, 6, 1)))
    assert not codes(api.officer_scope(user, on=START - timedelta(days=1)))


def test_a_union_that_moved_away_is_out_of_sight_today(t):
    user = appointed(t["county"])
    api.move_union(union=t["plant"], parent=t["other"], on=date(2026, 3, 1))
    assert codes(api.officer_scope(user)) == {"JC-QJ-X"}


@pytest.mark.parametrize("kind", ["anonymous", "worker", "inactive", "revoked"])
def test_everybody_else_sees_nothing(t, kind):
    user = AnonymousUser() if kind == "anonymous" else make_user()
    if kind in {"inactive", "revoked"}:
        user = appointed(t["nat"])
    if kind == "inactive":
        user.is_active = False
    if kind == "revoked":
        operations.revoke_appointment(
            appointment=Appointment.objects.get(officer=user), on=timezone.localdate()
        )
    assert not codes(api.officer_scope(user))
    assert not api.is_officer(user)
    assert not may(user, t["plant"])


def test_names_are_for_posts_at_the_primary_union(t):
    assert not api.sees_names(appointed(t["county"]), t["plant"])
    at_plant = appointed(t["plant"])
    assert api.sees_names(at_plant, t["plant"])
    assert api.sees_names(at_plant, t["shop"])
    assert not api.sees_names(at_plant, t["mine"])


def test_an_officer_has_the_role_and_opens_at_the_uppermost_post(t):
    user = appointed(t["plant"])
    api.appoint(officer=user, union=t["county"], duty="training", may_write=False, on=START)
    assert user.has_any_role("officer")
    assert user.is_officer
    assert api.home_union(user) == t["county"].uuid
    assert not make_user().is_officer


def test_the_scope_costs_two_queries_however_large_the_tree_is(t):
    def cost():
        user = type(t_user).objects.get(pk=t_user.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(api.officer_scope(user))
        return len(queries)

    t_user = appointed(t["city"])
    before = cost()
    for n in range(20):
        make_union("BASE", t["county"], code=f"MORE-{n}")
    assert before == cost() == 2


def test_appointing_and_revoking_leave_their_rows(t):
    from core.models import AuditRow

    user = appointed(t["county"])
    operations.revoke_appointment(appointment=Appointment.objects.get(officer=user), on=date(2026, 6, 1))
    assert [r.action for r in AuditRow.objects.filter(action__startswith="appointment").order_by("n")] == [
        "appointment.give",
        "appointment.revoke",
    ]
    assert Union.objects.filter(pk=t["county"].pk).exists()


def test_officer_of_many_unions_hears_of_waiting_requests_in_two_statements(t):
    officer = appointed(t["plant"], "membership", may_write=True)
    api.appoint(officer=officer, union=t["mine"], duty="membership", may_write=True, on=START)

    def waiting():
        user = User.objects.select_related("person").get(pk=officer.pk)
        is_officer(user)  # what every page of an officer has asked already
        with CaptureQueriesContext(connection) as found:
            names = [entry.source_name for entry in waiting_requests(user, timezone.now())]
        return names, len(found)

    assert waiting() == ([], 1)
    for union in (t["plant"], t["mine"]):
        api.request_to_join(person=make_person(), union=union, on=timezone.localdate())
    assert waiting() == ([t["mine"].name, t["plant"].name], 2)
