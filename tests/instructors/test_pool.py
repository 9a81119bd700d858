"""The teaching pool: what is shown, and who may say that an honour is real."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from core import inbox
from core.clock import SHANGHAI
from core.models import AuditRow
from courses import operations as course_operations
from instructors import operations
from instructors.models import HeldHonour, Honour, InstructorProfile, TaughtTrade
from instructors.queries import notice_words, state_words
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(db):
    operations.load_honours()
    master = make.make_instructor("陈铁山", slug="chen-tieshan", employer="栖江重型机械厂")
    make.make_occupation()
    make.make_level(6)
    make.make_taught(master, level=6)
    return HeldHonour.objects.create(
        profile=master, honour_id="QGJSNS", year=2014, number="人社部发〔2014〕1号"
    )


def page(client, slug="chen-tieshan"):
    return client.get(f"/instructors/{slug}/").content.decode()


class TestHonours:
    def test_kinds_are_loaded_again_without_doubles(self):
        assert operations.load_honours() == operations.load_honours() == Honour.objects.count() == 19

    def test_a_claim_is_not_shown(self, client, held):
        assert "全国技术能手" not in page(client)

    def test_a_verified_one_is_shown_with_who_and_when(self, client, held):
        reviewer = make_user(roles=("content_reviewer",))
        reviewer.person.display_name = "周老师"
        reviewer.person.save()

        operations.verify_honour(held=held, by=reviewer, now=make.NOW)

        text = page(client)
        assert "全国技术能手" in text and "周老师" in text and "2026-11-23" in text
        assert AuditRow.objects.get(stream="instructors").action == "honour.verified"

    def test_a_withdrawn_one_is_gone_and_not_greyed(self, client, held):
        reviewer = make_user()
        operations.verify_honour(held=held, by=reviewer, now=make.NOW)

        operations.withdraw_honour(held=held, by=reviewer, now=make.NOW)

        assert "全国技术能手" not in page(client)
        with pytest.raises(operations.CannotVerify, match="withdrawn"):
            operations.verify_honour(held=held, by=reviewer, now=make.NOW)

    def test_in_public_notice_it_is_shown_to_who_keeps_the_pool_only_and_verified_when_that_is_over(
        self, client, held
    ):
        course_operations.setup_cms()
        reviewer = make.make_staff("content_reviewer")
        friday = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
        for _ in range(2):
            operations.open_notice(held=held, by=reviewer, now=friday)
        held.refresh_from_db()

        days = [date(2026, 11, day) for day in (20, 21, 23, 26, 27)]
        words = [notice_words(held, day) for day in days]
        assert words == [
            "公示第 1 天，共 5 天", "公示第 1 天，共 5 天", "公示第 2 天，共 5 天", "公示第 5 天，共 5 天",
            "公示满 5 天，等核验",
        ]  # fmt: skip
        assert "全国技术能手" not in page(client)
        with pytest.raises(operations.CannotVerify, match="notice"):
            operations.verify_honour(held=held, by=reviewer, now=friday + timedelta(days=6))
        client.force_login(make.make_staff("lesson_editor"))
        profiles = reverse("wagtailsnippets_instructors_instructorprofile:list")
        assert "全国技术能手 2014（公示" in client.get(profiles).content.decode()
        client.force_login(reviewer)
        assert "公示" in client.get(reverse("wagtailsnippets_instructors_heldhonour:list")).content.decode()
        assert "公示" in client.get(reverse("decide_honour", args=[held.pk])).content.decode()

        operations.verify_honour(held=held, by=reviewer, now=friday + timedelta(days=7))
        assert "全国技术能手" in page(client)
        titles = [m.title for m in inbox.messages_of(held.profile.person.uuid)]
        assert titles == ["“全国技术能手 2014”已经核验", "“全国技术能手 2014”开始公示"]
        with pytest.raises(operations.CannotVerify, match="verified"):
            operations.open_notice(held=held, by=reviewer, now=friday)

    def test_a_public_notice_opened_on_a_saturday_begins_on_monday(self, held):
        saturday = datetime(2026, 11, 21, 9, tzinfo=SHANGHAI)
        operations.open_notice(held=held, by=make_user(), now=saturday)
        held.refresh_from_db()

        assert (held.notice_from, held.notice_to) == (date(2026, 11, 23), date(2026, 11, 28))
        words = [notice_words(held, date(2026, 11, day)) for day in (21, 23, 27)]
        assert words == ["2026年11月23日起公示，共 5 天", "公示第 1 天，共 5 天", "公示第 5 天，共 5 天"]

    def test_says_the_day_of_verification_as_it_is_in_shanghai(self, held):
        early = datetime(2026, 11, 24, 0, 5, tzinfo=SHANGHAI)
        operations.verify_honour(held=held, by=make_user(), now=early)
        held.refresh_from_db()

        assert "2026-11-24" in state_words(held, early.date())

    def test_nobody_verifies_an_own_honour(self, held):
        with pytest.raises(operations.CannotVerify, match="own"):
            operations.verify_honour(held=held, by=held.profile.person.user, now=make.NOW)

    def test_verifying_twice_keeps_the_first_name(self, held):
        first = make_user()
        operations.verify_honour(held=held, by=first, now=make.NOW)

        assert operations.verify_honour(held=held, by=make_user(), now=make.NOW).verified_by == first

    def test_the_database_refuses_a_public_notice_without_an_end(self, held):
        for change in ({"notice_from": date(2026, 11, 20)}, {"notice_to": date(2026, 11, 20)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                HeldHonour.objects.filter(pk=held.pk).update(**change)

    @pytest.mark.parametrize("change", [{"verified_at": make.NOW}, {"year": 19}])
    def test_the_database_refuses_a_verification_by_nobody_and_a_year_that_is_none(self, held, change):
        with pytest.raises(IntegrityError), transaction.atomic():
            HeldHonour.objects.update(**change)


class TestPages:
    def test_only_public_profiles_are_listed_and_opened(self, client, held):
        make.make_instructor("不公开的人", slug="hidden", is_listed=False)

        text = client.get("/instructors/").content.decode()

        assert "陈铁山" in text and "焊工，一级/高级技师" in text and "不公开的人" not in text
        assert client.get("/instructors/hidden/").status_code == 404

    @pytest.mark.parametrize("query", ["铁山", "cts", "焊", "重型"])
    def test_list_finds_by_name_pinyin_trade_and_employer(self, client, held, query):
        InstructorProfile.objects.filter(slug="chen-tieshan").update(pinyin="chentieshan cts")
        make.make_instructor("何秀兰")

        text = client.get("/instructors/", {"q": query}).content.decode()

        assert "陈铁山" in text and "何秀兰" not in text and "共 1 位" in text

    def test_list_costs_the_same_queries_for_few_and_many(self, client, held):
        counts = []
        for n in (1, 15):
            for _ in range(n):
                master = make.make_instructor()
                TaughtTrade.objects.create(profile=master, occupation_id=make.WELDER, level_id=6)
            with CaptureQueriesContext(connection) as queries:
                client.get("/instructors/")
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 10

    def test_page_shows_the_courses_taught(self, client, held):
        make.make_course(instructors=[held.profile], title="焊条电弧焊基础")
        make.make_draft(instructors=[held.profile], title="还没审的课")

        text = page(client)

        assert "焊条电弧焊基础" in text and "还没审的课" not in text


class TestCms:
    @pytest.fixture(autouse=True)
    def _house_rules(self, db):
        course_operations.setup_cms()

    def form(self, held, **changes):
        honour = {"honour": held.honour_id, "year": str(held.year), "number": held.number, "id": str(held.pk)}
        profile = held.profile
        values = {
            "public_name": profile.public_name,
            "slug": profile.slug,
            "employer": profile.employer,
            "union": "",
            "years_of_work": "38",
            "trades": inline_formset([]),
            "honours": inline_formset([{**honour, **changes}], initial=1),
            "quote": "焊缝会说话",
            "story": "",
            "is_listed": "on",
            "qualifications": inline_formset([]),
        }
        return nested_form_data(values)

    def edit(self, client, held, **changes):
        url = reverse("wagtailsnippets_instructors_instructorprofile:edit", args=[held.profile.pk])
        answer = client.post(url, self.form(held, **changes))
        assert answer.status_code == 302, answer.content.decode()
        held.refresh_from_db()

    def test_a_changed_honour_has_to_be_verified_again(self, client, held):
        operations.verify_honour(held=held, by=make_user(), now=make.NOW)
        client.force_login(make.make_staff("lesson_editor"))

        self.edit(client, held)
        assert held.verified_at is not None
        self.edit(client, held, year="2018")
        assert held.verified_at is None and held.verified_by is None

    def test_an_editor_makes_a_profile_by_the_persons_sign_in(self, client, held):
        client.force_login(make.make_staff("lesson_editor"))
        make_user("hexiulan")
        form = self.form(held)
        form |= {"account": "hexiulan", "public_name": "何秀兰", "slug": ""} | nested_form_data(
            {"honours": inline_formset([])}
        )

        client.post(reverse("wagtailsnippets_instructors_instructorprofile:add"), form)

        made = InstructorProfile.objects.get(public_name="何秀兰")
        assert made.person.user.username == "hexiulan"
        assert (made.slug, made.pinyin) == ("hexiulan", "hexiulan hxl")

    @pytest.mark.parametrize("account", ["", "nobody", "13900000000", "chen"])
    def test_an_account_that_fits_nobody_is_named_as_the_fault(self, client, held, account):
        client.force_login(make.make_staff("lesson_editor"))
        held.profile.person.user.username = "chen"
        held.profile.person.user.save()

        answer = client.post(
            reverse("wagtailsnippets_instructors_instructorprofile:add"),
            self.form(held) | {"account": account},
        )

        assert answer.status_code == 200 and InstructorProfile.objects.count() == 1

    def test_a_reviewer_verifies_at_the_desk(self, client, held):
        reviewer = make.make_staff("content_reviewer")
        client.force_login(reviewer)
        desk = reverse("wagtailsnippets_instructors_heldhonour:list")
        decide = reverse("decide_honour", args=[held.pk])
        assert decide in client.get(desk).content.decode()

        assert "看过证书" in client.get(decide).content.decode()
        client.post(decide, {"decision": "verify"})

        held.refresh_from_db()
        assert held.verified_by == reviewer and held.verified_at

    @pytest.mark.parametrize("role", ["instructor", "lesson_editor"])
    def test_who_writes_does_not_verify(self, client, held, role):
        client.force_login(make.make_staff(role))

        answer = client.post(reverse("decide_honour", args=[held.pk]), {"decision": "verify"})

        held.refresh_from_db()
        assert answer.status_code in {302, 403} and held.verified_at is None
