"""What learners see: the course, its lessons, and nothing that nobody reviewed."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import operations
from courses.models import EditionLesson, Enrolment, LessonPage
from courses.queries.served import parts_of, served_lesson
from media.models import Rendition
from tests.factories import courses as make
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(client):
    user = make_user()
    client.force_login(user)
    return user


def lesson_url(title="运条"):
    return f"/learn/{EditionLesson.objects.filter(title=title).first().lesson}/"


def config_of(response):
    found = re.search(
        r'<script id="lesson-config" type="application/json">(.*?)</script>', response.content.decode(), re.S
    )
    return json.loads(found.group(1))


def text_of(client, url):
    return client.get(url).content.decode()


class TestCoursePage:
    def test_shows_what_the_edition_says(self, client):
        course = make.make_course()

        text = text_of(client, f"/courses/{course.slug}/")

        for words in [
            "高级焊工安全操作规程",
            "会引弧",
            "弧光会伤眼",
            "运条",
            "收弧",
            "陈铁山",
            "五级/初级工",
            "专业审核",
        ]:
            assert words in text

    def test_a_link_to_it_shows_its_title_and_a_picture_where_it_is_shared(self, client):
        course = make.make_course(title="焊接“安全”规程")
        page = client.get(f"/courses/{course.slug}/").content.decode()
        assert f'<meta property="og:url" content="http://testserver/courses/{course.slug}/">' in page
        assert '<meta property="og:title" content="焊接“安全”规程">' in page
        assert '<meta property="og:image" content="http://testserver/static/' in page

    def test_names_what_it_was_written_after_and_only_then(self, client):
        with_sources = make.make_course(sources=["GB 9448《焊接与切割安全》"])
        without = make.make_course()

        assert "GB 9448《焊接与切割安全》" in text_of(client, f"/courses/{with_sources.slug}/")
        assert "编写依据" not in text_of(client, f"/courses/{without.slug}/")

    def test_a_draft_does_not_exist_for_the_public(self, client, worker):
        course = make.make_draft()
        lesson = LessonPage.objects.first()

        assert client.get(f"/courses/{course.slug}/").status_code == 404
        assert client.get(f"/learn/{lesson.uuid}/").status_code == 404
        assert client.get(lesson.url).status_code == 404

    def test_an_edition_under_review_does_not_either(self, client, worker):
        course = make.make_draft()
        operations.submit_course(course=course, by=course.owner, now=make.NOW)

        assert client.get(f"/courses/{course.slug}/").status_code == 404
        assert client.get(f"/learn/{LessonPage.objects.first().uuid}/").status_code == 404

    def test_a_new_draft_of_a_published_course_stays_unseen(self, client, worker):
        course = make.make_course()
        page = LessonPage.objects.get(title="运条")
        page.title, page.body = "没审过的题目", json.dumps([make.text("没审过的字")])
        page.save_revision(user=course.owner)
        course.title = "没审过的课名"
        course.save_revision(user=course.owner)

        seen = text_of(client, f"/courses/{course.slug}/") + text_of(client, lesson_url())

        assert "没审过" not in seen

    def test_addresses_in_the_page_tree_lead_to_the_edition(self, client, worker):
        course = make.make_course()
        lesson = LessonPage.objects.get(title="运条")

        assert client.get(course.url).status_code == 200
        assert client.get(lesson.url).url == f"/learn/{lesson.uuid}/"

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_costs_the_same_queries_for_few_and_many_lessons(self, client, signed_in):
        if signed_in:
            client.force_login(make_user())
        few = make.make_course()
        many = make.make_course(*(make.lesson(f"第{n}课", make.text("焊条送进")) for n in range(30)))
        client.get("/records/")  # what the bell says is kept for a minute, and the trade's path
        client.get(f"/paths/{make.WELDER}/")
        counts = []
        for course in (few, many, few, many):  # the second time, what is the same for everybody is kept
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/courses/{course.slug}/")
            counts.append(len(queries))

        assert counts[0] == counts[1]
        assert counts[2] == counts[3] <= 9 + 2  # session and user


def test_a_lesson_from_its_edition_takes_six_statements_however_many_parts_it_has(
    django_assert_max_num_queries,
):
    blocks = [
        block
        for n in range(6)
        for block in (make.text("焊条送进"), make.video(make.make_video()), make.question(f"第{n}题？"))
    ]
    make.make_course(make.lesson("运条", *blocks))
    lesson, person = EditionLesson.objects.get().lesson, make_user().person
    with django_assert_max_num_queries(6):
        served = served_lesson(lesson=lesson, person=person)
        assert served is not None and len(parts_of(served.row)) == 18 and served.html


class TestBeginning:
    def test_enrols_and_goes_to_the_first_lesson(self, client, worker):
        course = make.make_course()

        answer = client.post(f"/courses/{course.slug}/start/")

        assert answer.url == lesson_url()
        enrolment = Enrolment.objects.get(person=worker.person)
        assert enrolment.edition == course.editions.get()
        assert "接着学" in text_of(client, f"/courses/{course.slug}/")

    def test_twice_is_once(self, client, worker):
        course = make.make_course()

        for _ in range(2):
            client.post(f"/courses/{course.slug}/start/")

        assert Enrolment.objects.count() == 1

    def test_a_guest_signs_in_first_and_comes_back_to_the_course(self, client):
        course = make.make_course()
        start = f"/courses/{course.slug}/start/"

        assert client.post(start).url == f"/accounts/login/?next={start}"
        client.force_login(make_user())
        assert client.get(start).url == f"/courses/{course.slug}/"
        assert not Enrolment.objects.exists()

    def test_who_began_an_edition_stays_on_it(self, client, worker):
        course = make.make_course()
        client.post(f"/courses/{course.slug}/start/")
        page = LessonPage.objects.get(title="运条")
        page.body = json.dumps([make.text("新版的运条")])
        page.save_revision(user=course.owner)
        make.publish(course)

        mine = text_of(client, lesson_url())
        client.force_login(make_user())
        newcomer = text_of(client, lesson_url())

        assert "焊条送进前移摆动" in mine and "新版的运条" not in mine
        assert "新版的运条" in newcomer
        client.force_login(worker)
        assert "你学的是" in text_of(client, f"/courses/{course.slug}/")


class TestLessonPage:
    def test_gives_the_player_parts_that_match_the_fragments(self, client, worker):
        film = make.make_video(ms=600_000)
        film.captions = "WEBVTT\n\n00:01.000 --> 00:02.000\n看熔池\n"
        film.save()
        for height, size in [(360, 4_000), (720, 11_000)]:
            Rendition.objects.create(
                video=film,
                name=f"{height}p",
                prefix="x",
                width=640,
                height=height,
                bits_per_second=1,
                byte_size=size,
            )
        make.make_course(
            make.lesson("运条", make.video(film), make.text("一二三")), make.lesson("收弧", make.text("四"))
        )

        page = client.get(lesson_url())
        config = config_of(page)

        video, text = config["parts"]
        assert (video["kind"], video["nominal_ms"], video["mime"]) == (
            "video",
            600_000,
            "application/vnd.apple.mpegurl",
        )
        assert [(s["label"], s["height"], s["bytes"]) for s in video["sizes"]] == [
            ("省流", 360, 4_000),
            ("高清", 720, 11_000),
        ]
        assert (text["kind"], text["nominal_ms"]) == ("text", 600)
        assert text["blocks"] == [{"id": "b2-1", "offset_ms": 0, "ms": 600}]
        html = page.content.decode()
        assert all(f'data-part="{part["part"]}"' in html for part in config["parts"])
        assert 'data-block="b2-1"' in html
        assert config["next"]["title"] == "收弧" and config["learner"] == str(worker.person.uuid)
        assert "看熔池" in text_of(client, video["captions"][0]["src"])

    def test_a_guest_gets_the_first_lesson_and_signs_in_for_the_next(self, client):
        make.make_course()

        assert client.get(lesson_url("运条")).status_code == 200
        second = client.get(lesson_url("收弧"))
        assert second.url.startswith("/accounts/login/?next=/learn/")

    def test_without_script_the_content_is_there_with_a_word_about_time(self, client, worker):
        make.make_course()

        text = text_of(client, lesson_url())

        assert "焊条送进前移摆动" in text
        assert "开了脚本才算学时" in text[text.index("<noscript>") : text.index("</noscript>")]

    def test_takes_few_queries_whatever_the_size(self, client, worker):
        client.get("/records/")  # what the bell says is kept for a minute
        counts = []
        for n in (2, 30):
            lessons = [
                make.lesson(f"{n}的{i}", make.text("焊"), make.video(make.make_video())) for i in range(n)
            ]
            make.make_course(*lessons)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(lesson_url(f"{n}的0")).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 12 + 2  # session and user

    def test_has_no_inline_style_or_script_against_the_policy(self, client, worker):
        make.make_course()

        for url in [lesson_url(), f"/courses/{EditionLesson.objects.first().edition.course.slug}/"]:
            text = text_of(client, url)
            assert ' style="' not in text
            assert not re.search(r"<script(?![^>]*(src=|application/json|nonce))", text)


class TestWithdrawal:
    def test_takes_a_lesson_from_everybody_at_once_over_all_editions(self, client, worker):
        course = make.make_course()
        client.post(f"/courses/{course.slug}/start/")
        row = EditionLesson.objects.get(title="运条")

        operations.withdraw(
            course=course, lesson=row.lesson, reason="电流表有误", by=course.owner, now=make.NOW
        )

        answer = client.get(lesson_url())
        assert answer.status_code == 410 and "电流表有误" in answer.content.decode()
        assert client.get(lesson_url("收弧")).status_code == 200
        assert "电流表有误" in text_of(client, f"/courses/{course.slug}/")

    def test_of_a_whole_course_stops_all_lessons_and_beginnings(self, client, worker):
        course = make.make_course()

        operations.withdraw(course=course, lesson=None, reason="标准换了", by=course.owner, now=make.NOW)
        client.post(f"/courses/{course.slug}/start/")

        assert client.get(lesson_url()).status_code == 410
        assert not Enrolment.objects.exists()
        assert "标准换了" in text_of(client, f"/courses/{course.slug}/")

    def test_ends_when_it_is_lifted(self, client, worker):
        course = make.make_course()
        standing = operations.withdraw(course=course, lesson=None, reason="查", by=course.owner, now=make.NOW)

        operations.lift_withdrawal(withdrawal=standing, by=course.owner, now=make.NOW)

        assert client.get(lesson_url()).status_code == 200

    def test_of_a_lesson_that_no_edition_has_is_refused(self):
        course = make.make_course()

        with pytest.raises(EditionLesson.DoesNotExist):
            operations.withdraw(
                course=course, lesson=make_user().person.uuid, reason="x", by=course.owner, now=make.NOW
            )


@pytest.mark.parametrize(
    "path", ["/courses/nope/", "/courses/nope/start/", "/learn/0c7d54a2-58a1-4a0c-9c55-7d3a6a1e2b90/"]
)
def test_what_does_not_exist_is_404_in_chinese(client, worker, path):
    answer = client.get(path)

    assert answer.status_code == 404 and 'lang="zh-Hans"' in answer.content.decode()


def test_addresses_of_the_page_tree_are_the_pages_own():
    course = make.make_course()

    assert course.url == reverse("courses:course", args=[course.slug])
