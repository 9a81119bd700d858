"""The demo's people and unions: whole, consistent with the product's rules, and the same each time."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from skillspower.demo import content
from skillspower.demo.content import community

TODAY = date(2026, 11, 23)
NODES = {node.code: node for node in community.unions()}
MEMBERS = list(community.members(today=TODAY))
# Level and levels of children for each kind of union, as in the table of the fourteen kinds.
LEVELS = {"NAT": 1, "PROV": 2, "NIND": 2, "CITY": 3, "PIND": 3, "COUNTY": 4, "CIND": 4, "BASE": 6, "UNITE": 6}
LEVELS |= {"BRANCH": 7, "GROUP": 8}
CHILDREN = {
    "NAT": range(2, 9),
    "PROV": range(3, 8),
    "NIND": range(3, 8),
    "CITY": range(4, 8),
    "PIND": range(4, 8),
}
CHILDREN |= {
    "COUNTY": range(5, 8),
    "CIND": range(5, 8),
    "BASE": range(7, 8),
    "UNITE": range(7, 8),
    "BRANCH": range(8, 9),
}


class TestUnions:
    def test_have_codes_of_the_form_the_database_asks(self):
        assert len(NODES) == len(community.unions())
        assert all(re.fullmatch(r"[A-Z0-9-]{3,24}", code) for code in NODES)

    def test_stand_below_a_union_that_may_have_such_children_and_was_there_before(self):
        for node in community.unions():
            for line, parent in node.parents.items():
                assert line in community.LINES
                if parent is not None:
                    assert LEVELS[node.kind] in CHILDREN[NODES[parent].kind], (node.code, parent)
                    assert NODES[parent].opened_on <= node.opened_on

    def test_come_after_their_parents(self):
        seen: set[str] = set()
        for node in community.unions():
            assert {parent for parent in node.parents.values() if parent} <= seen
            seen.add(node.code)

    def test_have_one_top_on_the_administrative_line(self):
        assert [node.code for node in NODES.values() if node.parents.get("administrative", "") is None] == [
            "DEMO-NAT"
        ]

    def test_join_codes_are_short_and_their_own(self):
        codes = [node.join_code for node in NODES.values() if node.join_code]

        assert len(codes) == len(set(codes)) == 4
        assert all(re.fullmatch(r"[A-Z0-9]{6}", code) for code in codes)

    @pytest.mark.parametrize(
        ("primary", "count"), [("QJZJ", 1284), ("QSGM", 962), ("YLCG", 412), ("BGXJ", 342)]
    )
    def test_have_the_members_the_story_tells(self, primary, count):
        assert sum(member.union.split("-")[0] == primary for member in MEMBERS) == count


class TestMembers:
    def test_are_three_thousand_and_the_same_each_time(self):
        assert len(MEMBERS) == 3000
        assert list(community.members(today=TODAY)) == MEMBERS

    def test_keep_name_union_and_trade_on_another_day(self):
        def lasting(member: community.Member) -> tuple[object, ...]:
            return (
                member.number,
                member.name,
                member.gender,
                member.union,
                member.occupation_code,
                member.level_rank,
            )

        assert list(map(lasting, community.members(today=date(2027, 2, 28)))) == list(map(lasting, MEMBERS))

    def test_have_phone_numbers_nobody_shares(self):
        phones = {member.phone for member in MEMBERS}

        assert len(phones) == 3000
        assert all(re.fullmatch(r"1[3-9]\d{9}", phone) for phone in phones)

    def test_are_of_working_age_and_joined_after_their_union_opened(self):
        for member in MEMBERS:
            assert 18 <= (TODAY - member.born_on).days // 365.25 <= 60
            assert NODES[member.union].opened_on <= member.joined_on < TODAY

    def test_include_the_names_that_break_careless_code(self):
        names = {member.name for member in MEMBERS}

        assert {"买买提·艾合买提", "欧阳晓东", "李𬱖"} <= names

    def test_practise_the_trades_that_are_taught_here(self):
        trades = Counter(member.occupation_code for member in MEMBERS)

        assert all(trades[course.occupation_code] >= 60 for course in content.courses())


class TestCast:
    def test_signs_in_under_names_of_their_own(self):
        assert len({person.login for person in community.cast()}) == len(community.cast())
        assert len({person.key for person in community.cast()}) == len(community.cast())

    def test_is_among_the_members_of_the_named_union(self):
        found = {member.cast: member for member in MEMBERS if member.cast}

        for person in community.cast():
            if person.union:
                assert (found[person.key].name, found[person.key].union) == (person.name, person.union)

    def test_is_as_old_as_the_story_says(self):
        ages = {member.cast: (TODAY - member.born_on).days // 365.25 for member in MEMBERS if member.cast}

        assert ages["li-haisheng"] == 48
        assert ages["chen-tieshan"] == 58

    def test_is_appointed_in_unions_and_duties_that_exist(self):
        for person in community.cast():
            for union, duties in person.appointments.items():
                assert union in NODES
                assert set(duties) <= {"statistics", "training", "membership", "safety"}
                assert set(duties.values()) <= {"read", "write"}

    def test_fills_every_role(self):
        roles = {role for person in community.cast() for role in person.roles}

        assert roles == {
            "instructor",
            "lesson_editor",
            "trade_reviewer",
            "content_reviewer",
            "system_admin",
            "security_admin",
            "audit_admin",
        }


class TestInstructors:
    def test_teach_every_course_in_a_trade_of_theirs_above_its_level(self):
        trades = {instructor.person: dict(instructor.trades) for instructor in community.instructors()}

        for course in content.courses():
            assert trades[course.instructor][course.occupation_code] > course.level_rank

    def test_are_persons_of_the_cast_with_the_role(self):
        people = {person.key: person for person in community.cast()}

        assert all("instructor" in people[one.person].roles for one in community.instructors())
