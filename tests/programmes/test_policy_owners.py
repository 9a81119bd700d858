from datetime import date
from uuid import uuid4

import pytest

from accounts.models import Person
from programmes.api import create_programme, policy_owners_for, programmes_of
from unions.api import Membership, load_kinds, open_union

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def county():
    load_kinds()
    return open_union(code="XIAN", name="县总工会", kind="COUNTY", on=date(2000, 1, 1))


@pytest.fixture
def factory(county):
    return open_union(code="CHANG", name="厂工会", kind="BASE", on=date(2000, 1, 1), parent=county)


@pytest.fixture
def member(factory):
    person = Person.objects.create()
    Membership.objects.create(member=person, union=factory, active_from=date(2020, 1, 1))
    return person


def programme(union, lesson, **dates):
    days = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 30), **dates}
    return create_programme(union=union, title="安全月必修", lessons=[lesson], **days)


def test_a_programme_of_a_union_above_judges_its_lesson_for_a_member(county, member):
    lesson = uuid4()
    made = programme(county, lesson)

    assert policy_owners_for(lesson=lesson, person=member.uuid, on=TODAY) == [f"programme:{made.uuid}"]
    assert policy_owners_for(lesson=uuid4(), person=member.uuid, on=TODAY) == []


def test_it_judges_nobody_outside_its_union_and_nothing_outside_its_days(county, member):
    lesson = uuid4()
    programme(county, lesson, ends_on=date(2026, 11, 22))
    elsewhere = open_union(code="LINXIAN", name="邻县总工会", kind="COUNTY", on=date(2000, 1, 1))
    programme(elsewhere, lesson)

    assert policy_owners_for(lesson=lesson, person=member.uuid, on=TODAY) == []
    assert policy_owners_for(lesson=lesson, person=Person.objects.create().uuid, on=TODAY) == []


def test_programmes_come_by_the_day_they_are_due(county, member):
    late = programme(county, uuid4())
    soon = programme(county, uuid4(), ends_on=date(2026, 11, 24))

    assert list(programmes_of(person=member.uuid, on=TODAY)) == [soon, late]


def test_a_programme_needs_a_lesson_and_ends_after_it_starts(county):
    with pytest.raises(ValueError, match="at least one lesson"):
        create_programme(union=county, title="x", starts_on=TODAY, ends_on=TODAY, lessons=[])
    with pytest.raises(ValueError, match="first day"):
        programme(county, uuid4(), ends_on=date(2026, 1, 1))
