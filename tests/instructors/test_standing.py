"""Who may teach what, by verified proof, and the grade that follows from it."""

import doctest
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.models import AuditRow
from courses.operations import setup_cms
from instructors import operations, rules
from instructors.models import (
    Entitlement,
    GradeOverride,
    GradeRule,
    HeldHonour,
    InstructorProfile,
    Qualification,
)
from instructors.operations import CannotGrade, CannotVerify
from instructors.queries import entitlements_of
from tests.factories import courses as make
from tests.factories.people import make_user

TODAY = date(2026, 11, 23)
NUMBER = "Y000123000001205000001"


@pytest.mark.once
class TestNumbers:
    def test_doctests_hold(self):
        found = doctest.testmod(rules)
        assert found.attempted > 0 and found.failed == 0

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Y000123000001196000001",  # level 6
            "X000123000001195000001",
            "Y000199000001195000001",  # no such province
            "Y000123000001185000001",  # this form begins in 2019
            "Y00012300000119500000",
            "152300123430009",
            "1523009294300099",  # kind of body 9
            "'; DROP TABLE",
        ],
    )
    def test_what_no_certificate_has_is_refused(self, text):
        with pytest.raises(rules.NotACertificate):
            rules.certificate_number(text)

    @given(st.text(max_size=40))
    def test_any_text_is_read_or_refused(self, text):
        try:
            number = rules.certificate_number(text)
        except rules.NotACertificate:
            return
        assert 2 <= number.rank <= 7 and 1950 <= number.year < 2100


@pytest.fixture
def master(db):
    for rank in range(1, 9):
        make.make_level(rank)
    make.make_occupation()
    operations.load_honours()
    operations.load_grades()
    return make.make_instructor("陈铁山", slug="chen", employer="栖江重型机械厂", pinyin="chentieshan cts")


def may_teach(master, on=TODAY):
    return {line.rank for line in entitlements_of(master.pk, on=on) if line.entitled}


@pytest.mark.django_db
class TestEntitlement:
    def test_what_nobody_has_verified_entitles_to_nothing(self, master):
        make.make_qualification(master, is_verified=False)
        operations.refresh_all(on=TODAY)
        assert may_teach(master) == set() and not Entitlement.objects.exists()

    def test_verifying_and_withdrawing_move_levels_and_grade_at_once(self, master):
        held = make.make_qualification(master, rank=5, is_verified=False)

        operations.verify_qualification(held=held, by=make_user(), now=make.NOW)
        assert set(Entitlement.objects.values_list("rank", flat=True)) == {1, 2, 3, 4}
        master.refresh_from_db()
        assert master.get_grade_display() == "中级"

        operations.withdraw_qualification(held=held, by=make_user(), now=make.NOW)
        master.refresh_from_db()
        assert not Entitlement.objects.exists() and master.get_grade_display() == "见习"
        assert AuditRow.objects.filter(action__startswith="qualification.").count() == 2

    def test_two_years_pass_by_themselves(self, master):
        make.make_qualification(master, rank=6, issued_on=date(2024, 11, 24))
        operations.refresh_all(on=TODAY)
        assert set(Entitlement.objects.values_list("rank", flat=True)) == {1, 2, 3, 4, 5}
        operations.refresh_all(on=TODAY + timedelta(days=1))
        assert Entitlement.objects.filter(rank=6).exists()

    def test_a_verified_honour_helps_with_the_own_level_only(self, master):
        make.make_qualification(master, rank=4)
        assert may_teach(master) == set()
        honour = HeldHonour.objects.create(profile=master, honour_id="QGLM", year=2020)
        operations.verify_honour(held=honour, by=make_user(), now=make.NOW)
        assert may_teach(master) == {1, 2, 3, 4}
        master.refresh_from_db()
        assert master.get_grade_display() == "特聘"
        operations.withdraw_honour(held=honour, by=make_user(), now=make.NOW)
        assert not Entitlement.objects.exists()

    def test_nobody_verifies_the_own_one(self, master):
        held = make.make_qualification(master, is_verified=False)
        with pytest.raises(CannotVerify, match="own"):
            operations.verify_qualification(held=held, by=master.person.user, now=make.NOW)

    def test_rebuilding_costs_the_same_statements_for_few_and_many(self, master):
        counts = []
        for n in (1, 12):
            for _ in range(n):
                make.make_qualification(make.make_instructor())
            operations.refresh_all(on=TODAY)
            Entitlement.objects.all().delete()
            with CaptureQueriesContext(connection) as queries:
                operations.refresh_all(on=TODAY)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_number_level_year_and_doubles_are_refused_at_their_fields(self, master):
        def faults(**changes):
            values = {"number": NUMBER, "level_id": 2, "issued_on": date(2020, 5, 1), **changes}
            held = Qualification(profile=master, occupation_id=make.WELDER, **values)
            try:
                held.full_clean()
            except ValidationError as error:
                return set(error.message_dict) - {"__all__"}
            held.save()
            return set()

        assert faults(number="123") == {"number"}
        assert faults(level_id=3) == {"level"}
        assert faults(issued_on=date(2021, 5, 1)) == {"issued_on"}
        assert faults(number=f" {NUMBER.lower()} ") == set()
        assert faults() == {"number"}

    def test_the_database_keeps_a_number_as_ciphertext_and_refuses_half_a_proof(self, master):
        held = make.make_qualification(master)
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM instructors_qualification")
            assert held.number not in cursor.fetchone()[0]
        for change in ({"level": None}, {"title": "senior"}, {"verified_by": None}, {"number_index": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Qualification.objects.filter(pk=held.pk).update(**change)


@pytest.mark.django_db
class TestGrades:
    def test_another_grade_takes_two_people_and_a_reason(self, master):
        first, second = make_user(), make_user()
        proposal = operations.propose_grade(
            profile=master, grade=3, reason="省赛教练", by=first, now=make.NOW
        )
        with pytest.raises(CannotGrade, match="waits"):
            operations.propose_grade(profile=master, grade=4, reason="再来", by=second, now=make.NOW)
        with pytest.raises(CannotGrade, match="same"):
            operations.agree_grade(proposal=proposal, agree=True, by=first, now=make.NOW)
        with pytest.raises(CannotGrade, match="own"):
            operations.agree_grade(proposal=proposal, agree=True, by=master.person.user, now=make.NOW)

        agreed = operations.agree_grade(proposal=proposal, agree=True, by=second, now=make.NOW)

        master.refresh_from_db()
        assert master.grade == 3
        operations.refresh_all(on=TODAY)
        master.refresh_from_db()
        assert master.grade == 3
        operations.end_grade(override=agreed, by=first, now=make.NOW)
        master.refresh_from_db()
        assert master.grade == 1

    def test_the_database_wants_two_people_and_one_condition(self, master):
        one = make_user()
        with pytest.raises(IntegrityError), transaction.atomic():
            GradeOverride.objects.create(
                profile=master,
                grade=3,
                reason="省赛教练",
                proposed_by=one,
                proposed_at=make.NOW,
                decided_by=one,
                decided_at=make.NOW,
                is_agreed=True,
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            GradeRule.objects.create(grade=3, honour_level=2, title="senior")

    def test_the_operators_table_stays(self, db):
        GradeRule.objects.create(grade=4, title="senior")
        assert operations.load_grades() == 1


@pytest.mark.django_db
class TestDesk:
    @pytest.fixture(autouse=True)
    def cms(self, db):
        setup_cms()

    def test_the_whole_number_is_shown_for_a_reason_that_is_written_down(self, client, master):
        held = make.make_qualification(master)
        url = reverse("decide_qualification", args=[held.pk])
        client.force_login(make.make_staff("trade_reviewer"))

        assert held.number not in client.get(url).content.decode()
        assert client.post(url, {"decision": "reveal", "reason": " "}).status_code == 422
        answer = client.post(url, {"decision": "reveal", "reason": "联网查询"})

        assert held.number in answer.content.decode()
        row = AuditRow.objects.get(action="qualification.number_read")
        assert row.detail["reason"] == "联网查询"

    def test_grade_page_leads_through_proposal_and_consent(self, client, master):
        url = reverse("set_grade", args=[master.pk])
        client.force_login(make.make_staff("trade_reviewer"))
        assert client.post(url, {"grade": "3", "reason": ""}).status_code == 422
        assert client.post(url, {"grade": "3", "reason": "省赛教练"}).status_code == 302
        client.post(url, {"decision": "agree"})
        assert InstructorProfile.objects.get(pk=master.pk).grade == 1  # the same person
        client.force_login(make.make_staff("content_reviewer"))
        client.post(url, {"decision": "agree"})
        assert InstructorProfile.objects.get(pk=master.pk).grade == 3
        assert "省赛教练" in client.get(url).content.decode()


@pytest.mark.django_db
class TestFinding:
    URL = "/api/v1/instructors"

    def names(self, client, **asked):
        answer = client.get(self.URL, asked)
        assert answer.status_code == 200, answer.content.decode()
        return [row["name"] for row in answer.json()["instructors"]]

    def test_finds_by_trade_level_region_grade_and_word(self, client, master):
        make.make_taught(master)
        InstructorProfile.objects.filter(pk=master.pk).update(region_code="331123")
        novice = make.make_instructor("何秀兰", pinyin="hexiulan hxl", region_code="320100")
        make.make_qualification(novice, rank=5)
        make.make_instructor("不公开的人", is_listed=False)
        operations.refresh_all(on=TODAY)

        assert self.names(client) == ["陈铁山", "何秀兰"]
        assert self.names(client, occupation=make.WELDER, level=4) == ["陈铁山", "何秀兰"]
        assert self.names(client, occupation=make.WELDER, level=6) == ["陈铁山"]
        assert self.names(client, occupation="6-18-01-01") == []
        assert self.names(client, region="33") == self.names(client, q="cts") == ["陈铁山"]
        assert self.names(client, grade=2) == ["何秀兰"]
        assert self.names(client, honour="QGLM") == []

    def test_pages_follow_without_gaps_or_doubles(self, client, master, monkeypatch):
        monkeypatch.setattr("instructors.http.PAGE", 2)
        for n in range(4):
            make.make_instructor(f"师傅{n}", grade=n % 2 + 1)
        seen, cursor = [], ""
        while cursor is not None:
            body = client.get(self.URL, {"cursor": cursor}).json()
            seen += [row["uuid"] for row in body["instructors"]]
            cursor = body["next"]
        assert len(seen) == len(set(seen)) == 5

    @pytest.mark.parametrize(
        "asked",
        [
            {"level": "4"},
            {"level": "9", "occupation": make.WELDER},
            {"occupation": "焊工"},
            {"region": "3"},
            {"cursor": "x"},
            {"nobody": "1"},
            {"q": "x" * 41},
        ],
    )
    def test_what_cannot_be_asked_is_refused_in_words(self, client, db, asked):
        answer = client.get(self.URL, asked)
        assert answer.status_code in {400, 422}
        assert answer.json()["errors"]

    def test_costs_the_same_queries_for_few_and_many(self, client, master):
        counts = []
        for n in (1, 12):
            for _ in range(n):
                make.make_taught(make.make_instructor())
            operations.refresh_all(on=TODAY)
            with CaptureQueriesContext(connection) as queries:
                client.get(self.URL)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 10

    def test_the_command_gives_rule_and_proof_for_each_level(self, master, capsys):
        make.make_taught(master)
        call_command("entitlement", instructor=str(master.uuid), json=True)
        lines = json.loads(capsys.readouterr().out)
        assert [line["level"] for line in lines if line["entitled"]] == [1, 2, 3, 4, 5, 6]
        assert all(line["rule"] and ("2020" in line["proof"]) != bool(line["missing"]) for line in lines)
        with pytest.raises(CommandError):
            call_command("entitlement", instructor=str(uuid4()))
