"""The CMS from the author's first page to the reviewers' approval, by its own forms."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses import operations
from courses.models import CourseEdition, CoursePage, LessonPage, ModulePage, ReviewPoint
from courses.queries.authoring import authored_courses
from courses.queries.desk import desk_of
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def index(db):
    make.make_occupation()
    make.make_level()
    return operations.setup_cms()


def sign_in(client, user):
    client.force_login(user)
    return user


def edit_url(edition):
    return reverse("review_edition", args=[edition.pk])


def decide(client, edition, decision="approve", **form):
    points = {f"verdict-{point}": "pass" for point in ReviewPoint.Point.values}
    return client.post(reverse("decide_edition", args=[edition.pk]), {"decision": decision, **points, **form})


class TestWriting:
    def test_an_instructor_writes_a_course_in_the_cms_and_two_reviewers_publish_it(
        self, client, index, django_capture_on_commit_callbacks
    ):
        author = sign_in(client, make.make_staff("instructor"))
        master = make.make_instructor(user=author)
        make.make_taught(master)
        make.without_rule("module_checkpoint", by=author)
        form = nested_form_data(
            {
                "title": "高级焊工安全操作规程",
                "slug": "safety",
                "occupation": make.WELDER,
                "level": "2",
                "summary": "先保命再焊接",
                "outcomes": "会检查\n会防护",
                "audience": "焊工",
                "safety": streamfield([("note", "弧光会伤眼")]),
                "sources": "GB 9448《焊接与切割安全》\n本厂焊接工艺规程",
                "instructors": inline_formset([{"instructor": str(master.pk)}]),
                "licence": "cc-by",
                "ai_label": "assisted",
                "cover": "",
            }
        )
        client.post(reverse("wagtailadmin_pages:add", args=["courses", "coursepage", index.pk]), form)
        course = CoursePage.objects.get()
        client.post(
            reverse("wagtailadmin_pages:add", args=["courses", "modulepage", course.pk]),
            {"title": "第一单元", "slug": "m1"},
        )
        module = ModulePage.objects.get()
        lesson = nested_form_data(
            {
                "title": "三件事先做到",
                "slug": "three",
                "summary": "",
                "body": streamfield([("text", rich_text("<p>先断电再换焊条</p>"))]),
            }
        )
        client.post(reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk]), lesson)
        assert not LessonPage.objects.get().live

        answer = client.post(reverse("submit_course", args=[course.pk]), {"note": "第一版"}, follow=True)
        assert "已送审" in answer.content.decode()
        for role in ("trade_reviewer", "content_reviewer"):
            sign_in(client, make.make_staff(role))
            edition = CourseEdition.objects.get()
            page = client.get(edit_url(edition))
            assert "先保命再焊接" in page.content.decode() and "通过" in page.content.decode()
            with django_capture_on_commit_callbacks(execute=True):
                decide(client, edition)

        edition.refresh_from_db()
        assert edition.is_current and edition.note == "第一版"
        assert edition.sources == ["GB 9448《焊接与切割安全》", "本厂焊接工艺规程"]
        assert "先断电再换焊条" in edition.lessons.get().fragment.html

    def test_what_is_missing_is_listed_with_links_and_nothing_is_sent(self, client, index):
        author = sign_in(client, make.make_staff("instructor"))
        course = make.make_draft(make.lesson("空的"), by=author)

        answer = client.post(reverse("submit_course", args=[course.pk]))

        lesson = LessonPage.objects.get()
        assert answer.status_code == 422
        assert "还差 1 项" in answer.content.decode()
        assert reverse("wagtailadmin_pages:edit", args=[lesson.pk]) in answer.content.decode()
        assert not CourseEdition.objects.exists()

    def test_the_first_page_shows_own_courses_and_where_they_stand(self, client, index):
        author = sign_in(client, make.make_staff("instructor"))
        operations.submit_course(course=make.make_draft(by=author, title="在审的课"), by=author, now=make.NOW)
        make.make_draft(by=author, title="草稿课")
        make.make_draft(title="别人的课")

        text = client.get(reverse("wagtailadmin_home")).content.decode()

        panel = text[text.index("我的课程") :]
        assert "在审的课" in panel and "在审：专业审核" in panel and "草稿课" in panel
        assert "别人的课" not in panel

    def test_it_wears_our_name_seal_and_colours(self, client, index):
        sign_in(client, make.make_staff("instructor"))
        text = client.get(reverse("wagtailadmin_home")).content.decode()
        assert "技能强国</title>" in text and "css/cms.css" in text and "icons/seal.svg" in text

    def test_an_author_choosing_a_picture_may_search_and_upload(self, client, index):
        sign_in(client, make.make_staff("instructor"))
        html = client.get(reverse("wagtailimages_chooser:choose")).json()["html"]
        assert 'href="#tab-search"' in html and 'href="#tab-upload"' in html

    def test_own_courses_cost_the_same_queries_whatever_their_number(self, client, index):
        counts = []
        author = make.make_staff("instructor")
        for _ in range(2):
            for _ in range(2):
                operations.submit_course(course=make.make_draft(by=author), by=author, now=make.NOW)
            fresh = type(author).objects.get(pk=author.pk)
            with CaptureQueriesContext(connection) as queries:
                authored_courses(fresh)
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 5


class TestTheAuthorsDesk:
    def test_shows_units_and_lessons_and_where_the_newest_text_of_each_stands(self, client, index):
        author = sign_in(client, make.make_staff("instructor"))
        course = make.make_course(
            make.lesson("引弧", make.text("焊")), make.lesson("收弧", make.text("焊")), by=author
        )
        changed = LessonPage.objects.get(title="收弧")
        changed.title = "收弧和接头"
        changed.save_revision(user=author)
        gone = LessonPage.objects.get(title="引弧")
        gone.is_left_out = True
        gone.save_revision(user=author)
        module = ModulePage.objects.get()
        new = LessonPage(title="清渣", slug="new", live=False)
        module.add_child(instance=new)
        new.save_revision(user=author)

        page = client.get(reverse("course_desk", args=[course.pk])).content.decode()

        stands = [(lesson.title, lesson.words) for lesson in desk_of(course).modules[0].lessons]
        assert stands == [
            ("引弧", "下一版不收"),
            ("收弧和接头", "改过，还没送审"),
            ("清渣", "新写的，还没送审"),
        ]
        assert all(title in page and words in page for title, words in stands)
        assert reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk]) in page
        assert reverse("submit_course", args=[course.pk]) in page

    def test_says_what_is_published_and_what_is_in_review(self, index):
        course = make.make_course(make.lesson("引弧", make.text("焊")))
        assert [le.words for le in desk_of(course).modules[0].lessons] == ["已发布"]

        page = LessonPage.objects.get()
        page.title = "引弧（改）"
        page.save_revision(user=course.owner)
        operations.submit_course(course=course, by=course.owner, now=make.NOW)

        desk = desk_of(course)
        assert [le.words for le in desk.modules[0].lessons] == ["已送审"]
        assert not desk.course.can_submit

    def test_costs_the_same_queries_for_few_and_many_lessons(self, index):
        counts = []
        for size in (2, 9):
            lessons = [make.lesson(f"第{n}节", make.text("焊")) for n in range(size)]
            course = CoursePage.objects.get(pk=make.make_course(*lessons).pk)
            with CaptureQueriesContext(connection) as queries:
                desk_of(course)
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 8


class TestAddresses:
    def write(self, client, course_pk, title, slug=""):
        module = ModulePage.objects.descendant_of(CoursePage.objects.get(pk=course_pk)).get()
        body = streamfield([("text", rich_text("<p>先断电再换焊条</p>"))])
        form = nested_form_data({"title": title, "slug": slug, "summary": "", "body": body})
        client.post(reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk]), form)

    def test_an_address_left_empty_is_the_pinyin_of_the_title_and_a_taken_one_gets_a_number(
        self, client, index
    ):
        author = sign_in(client, make.make_staff("instructor"))
        course = make.make_draft(make.lesson("引弧", make.text("焊")), by=author)

        for _ in range(2):
            self.write(client, course.pk, "填满弧坑")
        self.write(client, course.pk, "清渣", slug="own-words")

        slugs = LessonPage.objects.exclude(draft_title="引弧").values_list("slug", flat=True)
        assert set(slugs) == {"tian-man-hu-keng", "tian-man-hu-keng-2", "own-words"}


class TestTheWayIn:
    @pytest.mark.parametrize(
        ("role", "words"), [("instructor", "写课"), ("content_reviewer", "审课"), ("lesson_editor", "写课")]
    )
    def test_who_works_in_the_cms_finds_the_link_under_mine(self, client, index, role, words):
        sign_in(client, make.make_staff(role))

        page = client.get("/me/").content.decode()

        assert reverse("wagtailadmin_home") in page and words in page

    def test_a_worker_finds_none(self, client, index):
        sign_in(client, make.make_user())

        assert reverse("wagtailadmin_home") not in client.get("/me/").content.decode()


class TestWhoMayWrite:
    @pytest.fixture
    def course(self, index):
        return make.make_draft(by=make.make_staff("instructor"))

    def test_another_instructor_opens_neither_the_course_nor_its_lessons(self, client, course):
        sign_in(client, make.make_staff("instructor"))

        for page in [course, LessonPage.objects.first()]:
            assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code in {302, 403}
        assert client.get(reverse("submit_course", args=[course.pk])).status_code in {302, 403}
        module = ModulePage.objects.get()
        add = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
        assert client.get(add).status_code in {302, 403}

    def test_a_named_instructor_and_a_lesson_editor_do(self, client, index):
        colleague = make.make_staff("instructor")
        course = make.make_draft(instructors=[make.make_instructor(user=colleague)])

        for user in [colleague, make.make_staff("lesson_editor")]:
            sign_in(client, user)
            page = client.get(reverse("wagtailadmin_pages:edit", args=[course.pk]))
            assert page.status_code == 200 and "送审" in page.content.decode()

    @pytest.mark.parametrize("role", ["instructor", "lesson_editor", "superuser"])
    def test_nobody_publishes_a_page_by_hand(self, client, course, role):
        user = course.owner if role == "instructor" else make.make_staff("lesson_editor")
        user.is_superuser = role == "superuser"
        user.save()
        sign_in(client, user)
        lesson = LessonPage.objects.first()
        form = nested_form_data(
            {
                "title": "没审过",
                "slug": lesson.slug,
                "summary": "",
                "body": streamfield([("text", rich_text("<p>没审过</p>"))]),
                "action-publish": "1",
            }
        )

        page = client.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk]))
        client.post(reverse("wagtailadmin_pages:edit", args=[lesson.pk]), form)

        assert "action-publish" not in page.content.decode()
        lesson.refresh_from_db()
        assert not lesson.live

    def test_a_published_lesson_cannot_be_deleted(self, client, index):
        author = make.make_staff("instructor")
        make.make_course(by=author)
        sign_in(client, author)

        for page in [LessonPage.objects.first(), ModulePage.objects.first(), CoursePage.objects.first()]:
            client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))

        assert LessonPage.objects.count() == 2 and CoursePage.objects.count() == 1


class TestTheDesk:
    def test_an_edition_that_names_neither_sources_nor_dangers_is_approved_by_the_same_button(
        self, client, index
    ):
        course = make.make_draft(safety=[], sources=[])
        edition = operations.submit_course(course=course, by=course.owner, now=make.NOW)
        sign_in(client, make.make_staff("trade_reviewer"))

        decide(client, edition)

        edition = CourseEdition.objects.get()
        assert edition.safety == edition.sources == []
        assert edition.current_workflow_task.name == "内容审核"

    def test_an_author_reads_the_edition_and_finds_no_approval(self, client, index):
        author = make.make_staff("instructor")
        edition = operations.submit_course(course=make.make_draft(by=author), by=author, now=make.NOW)
        sign_in(client, author)

        page = client.get(edit_url(edition)).content.decode()
        refused = decide(client, edition)

        assert refused.status_code == 302 and reverse("decide_edition", args=[edition.pk]) not in page
        assert edition.current_workflow_task.name == "专业审核"

    @pytest.mark.parametrize("action", ["publish", "submit", "delete", "unpublish"])
    def test_nobody_publishes_an_edition_past_its_review(self, client, index, action):
        edition = operations.submit_course(
            course=(course := make.make_draft()), by=course.owner, now=make.NOW
        )
        user = make.make_staff("content_reviewer")
        user.is_superuser = True
        user.save()
        sign_in(client, user)

        own = reverse("wagtailsnippets_courses_courseedition:edit", args=[edition.pk])
        assert client.post(own, {f"action-{action}": "1"}).url == edit_url(edition)
        for name in ("delete", "unpublish"):
            client.post(reverse(f"wagtailsnippets_courses_courseedition:{name}", args=[edition.pk]))

        edition.refresh_from_db()
        assert not edition.live and not edition.is_current

    def test_a_reviewer_reads_each_lesson_as_learners_will(self, client, index):
        edition = operations.submit_course(
            course=(course := make.make_draft()), by=course.owner, now=make.NOW
        )
        sign_in(client, make.make_staff("trade_reviewer"))

        page = client.get(reverse("preview_lesson", args=[edition.pk, 2])).content.decode()

        assert "填满弧坑再收弧" in page and "焊条要不要烘干" in page and "预览" in page

    def test_a_worker_does_not_get_in(self, client, index):
        edition = operations.submit_course(
            course=(course := make.make_draft()), by=course.owner, now=make.NOW
        )
        sign_in(client, make.make_user())

        assert client.get(edit_url(edition)).status_code in {302, 403}
        assert client.get(reverse("preview_lesson", args=[edition.pk, 1])).status_code in {302, 403}

    def test_list_costs_the_same_queries_for_few_and_many(self, client, index):
        sign_in(client, make.make_staff("trade_reviewer"))
        counts = []
        for _ in range(2):
            for _ in range(3):
                operations.submit_course(course=(course := make.make_draft()), by=course.owner, now=make.NOW)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("wagtailsnippets_courses_courseedition:list")).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1], "\n".join(q["sql"][:300] for q in queries)


class TestChoosers:
    @pytest.mark.parametrize("query", ["焊", "电焊", "6-18"])
    def test_an_occupation_is_found_by_a_part_of_name_alias_or_code(self, client, index, query):
        welder = make.make_occupation()
        welder.aliases = "电焊工\n气焊工"
        welder.save()
        make.make_occupation("6-31-01-03", "电工")
        sign_in(client, make.make_staff("instructor"))

        page = client.get("/cms/occupation_chooser/results/", {"q": query}).content.decode()

        assert "焊工" in page and ">电工<" not in page

    def test_an_instructor_is_found_by_pinyin(self, client, index):
        make.make_instructor("陈铁山", pinyin="chentieshan cts")
        make.make_instructor("何秀兰", pinyin="hexiulan hxl")
        sign_in(client, make.make_staff("instructor"))

        url = reverse("wagtailsnippetchoosers_instructors_instructorprofile:choose_results")
        page = client.get(url, {"q": "cts"}).content.decode()

        assert "陈铁山" in page and "何秀兰" not in page
