"""The result pages as a person with or without JavaScript sees them."""

import json
import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.clock import to_ms
from core.trades import trade_of
from search import synonyms, views
from search.documents import SearchDocument, prepare
from search.engines import SearchUnavailable
from search.models import TradeWord
from tests.factories import courses as make
from tests.factories.people import make_person, make_user

pytestmark = pytest.mark.django_db
WELDER, TURNER = "6-18-02-04", "6-18-01-01"


def course(number, title, *, code=WELDER, occupation="焊工", level=(2, "五级/初级工"), teacher=None, **more):
    rank, label = level
    return SearchDocument(
        key=f"course:{number}",
        type="course",
        title=title,
        url=f"/courses/c{number}/",
        occupations=(code,),
        levels=(rank,),
        instructors=(teacher.slug,) if teacher else (),
        new_ms=to_ms(make.NOW) + number * 1000,
        card={
            "occupation": occupation,
            "trade": trade_of(code),
            "rank": rank,
            "level": label,
            "ms": 600_000,
            "lessons": 3,
            "instructor": teacher.public_name if teacher else "",
        },
        **more,
    )


@pytest.fixture
def master():
    make.make_occupation()
    make.make_occupation(TURNER, "车工")
    for rank in (2, 3, 4):
        make.make_level(rank)
    return make.make_instructor("陈铁山")


@pytest.fixture
def filled(index, master):
    documents = [
        course(
            1,
            "高级焊工安全操作规程",
            level=(4, "三级/高级工"),
            teacher=master,
            body="焊条电弧焊之前先看防护。",
        ),
        course(2, "焊条电弧焊基础", teacher=master),
        course(3, "数控车床入门", code=TURNER, occupation="车工", level=(3, "四级/中级工"), popularity=9),
        SearchDocument(
            key="lesson:1",
            type="lesson",
            title="引弧",
            url="/lessons/1/",
            body="焊工的第一步。",
            occupations=(WELDER,),
            levels=(2,),
            card={"course": "焊条电弧焊基础", "level": "五级/初级工", "ms": 300_000},
        ),
        SearchDocument(
            key=f"occupation:{WELDER}",
            type="occupation",
            title="焊工",
            url="/courses/?occupation=6-18-02-04",
            summary="使用焊机或焊接设备的人员。",
            occupations=(WELDER,),
            card={"code": WELDER, "group": "机械热加工人员"},
        ),
        SearchDocument(
            key="instructor:1",
            type="instructor",
            title="陈铁山",
            url="/instructors/chen/",
            names=("焊工",),
            card={"trades": [{"name": "焊工", "level": "一级/高级技师"}], "honours": ["全国技术能手"]},
        ),
    ]
    index.replace({document.key: [prepare(document)] for document in documents})
    index.refresh()
    return index


def titles(response):
    found = re.findall(
        r'<h3 class="(?:course|result)__title"><a[^>]*>(.*?)</a>', response.content.decode(), re.S
    )
    return [re.sub("<.*?>", "", title).strip() for title in found]


def links(response, pattern):
    return [
        unescape(url)
        for url in re.findall(r'href="([^"]*)"', response.content.decode())
        if re.search(pattern, url)
    ]


class TestCatalogue:
    def test_a_word_in_the_middle_of_a_title_finds_the_course(self, client, filled):
        response = client.get("/courses/", {"q": "焊工"})

        assert titles(response) == ["高级焊工安全操作规程"]
        assert "高级<mark>焊工</mark>安全操作规程" in response.content.decode()
        assert "共 1 门" in response.content.decode()

    def test_without_a_query_all_courses_are_there_and_nothing_else(self, client, filled):
        assert sorted(titles(client.get("/courses/"))) == [
            "数控车床入门",
            "焊条电弧焊基础",
            "高级焊工安全操作规程",
        ]

    def test_each_facet_counts_without_its_own_filter_and_each_value_is_a_link(self, client, filled):
        response = client.get("/courses/", {"level": "2"})

        levels = response.context["answer"].facets["level"]
        assert [(c.name, c.count, c.is_chosen) for c in levels] == [
            ("五级/初级工", 1, True),
            ("四级/中级工", 1, False),
            ("三级/高级工", 1, False),
        ]
        assert [(c.name, c.count) for c in response.context["answer"].facets["occupation"]] == [("焊工", 1)]
        both = client.get(f"/courses/{levels[1].address}")
        assert sorted(titles(both)) == ["数控车床入门", "焊条电弧焊基础"]
        assert titles(client.get(f"/courses/{levels[0].address}")) == titles(client.get("/courses/"))

    def test_facets_carry_names(self, client, filled, master):
        response = client.get("/courses/", {"instructor": master.slug})

        assert [c.name for c in response.context["answer"].facets["instructor"]] == ["陈铁山"]
        assert sorted(titles(response)) == ["焊条电弧焊基础", "高级焊工安全操作规程"]

    def test_a_trade_tile_narrows_to_its_courses(self, client, filled):
        response = client.get("/courses/", {"trade": "welding"})

        assert sorted(titles(response)) == ["焊条电弧焊基础", "高级焊工安全操作规程"]
        assert "焊接" in [chip.label for chip in response.context["chosen"]]

    def test_orders_are_links(self, client, filled):
        assert titles(client.get("/courses/?sort=popular"))[0] == "数控车床入门"
        assert titles(client.get("/courses/?sort=new"))[0] == "数控车床入门"
        assert len(links(client.get("/courses/"), r"sort=(new|popular)")) == 2

    def test_who_said_the_own_trade_finds_it_among_the_orders(self, client, filled):
        client.force_login(make_user(person=make_person(occupation_code=TURNER)))

        (mine,) = links(client.get("/courses/"), rf"^\?occupation={TURNER}$")[:1]

        assert titles(client.get(f"/courses/{mine}")) == ["数控车床入门"]

    def test_pages_follow_by_a_position_and_lead_back(self, client, index, master):
        index.replace({f"course:{n}": [prepare(course(n, f"焊工第{n}课"))] for n in range(30)})
        index.refresh()

        first = client.get("/courses/?q=焊工&sort=new")
        (on,) = links(first, "cursor=")
        second = client.get(f"/courses/{on}")

        assert (len(titles(first)), len(titles(second))) == (24, 6)
        assert not set(titles(first)) & set(titles(second))
        assert "到底了" in second.content.decode()
        assert links(second, r"sort=new$")

    def test_a_position_nobody_made_shows_the_first_page_and_says_so(self, client, filled):
        response = client.get("/courses/?cursor=zzz")

        assert len(titles(response)) == 3
        assert "从第一页看起" in response.content.decode()


class TestNothingFound:
    def test_filters_that_are_too_narrow_can_be_dropped_at_once(self, client, filled):
        response = client.get("/courses/?q=焊工&level=2")

        assert "去掉筛选条件，有 1 个结果" in response.content.decode()
        assert "?q=%E7%84%8A%E5%B7%A5" in links(response, r"^\?q=[^&]*$")

    def test_the_occupation_that_may_be_meant_is_offered(self, client, index):
        make.make_occupation("6-30-05-01", "起重装卸机械操作工")

        response = client.get("/courses/?q=开天车的")

        assert "没找到“开天车的”" in response.content.decode()
        assert "起重装卸机械操作工" in response.content.decode()

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("悍工", "焊工"),
            ("汉工 安全", "焊工 安全"),
            ("hangogn", "焊工"),
            ("hangonng", "焊工"),
            ("陈铁杉", None),
        ],
    )
    def test_one_wrong_character_or_letter_still_finds_what_is_meant(self, client, filled, typed, meant):
        body = client.get("/api/v1/search", {"q": typed}).json()

        assert (body["did_you_mean"], body["sounds_alike"]) == (meant, meant is None)
        found = {"高级焊工安全操作规程"} if meant else {"陈铁山"}
        assert found <= {result["title"] for result in body["results"]}

    def test_the_page_says_what_it_looked_for_instead(self, client, filled):
        page = client.get("/search/?q=悍工").content.decode()

        assert "没有找到“悍工”，下面是“焊工”的结果。" in page
        assert "<mark>焊工</mark>" in page

    def test_most_of_the_words_are_enough_when_all_are_too_many(self, client, filled):
        response = client.get("/courses/?q=焊工 安全 吊钩")

        assert titles(response) == ["高级焊工安全操作规程"]
        assert "包含大部分" in response.content.decode()


class TestSearch:
    def test_all_kinds_are_found_and_counted_in_tabs(self, client, filled):
        response = client.get("/search/", {"q": "焊工"})

        assert titles(response)[0] == "焊工"
        assert {tab.label: tab.count for tab in response.context["tabs"]} == {
            "全部": 4,
            "课程": 1,
            "课时": 1,
            "职业": 1,
            "师傅": 1,
        }

    def test_a_tab_shows_its_kind_and_keeps_the_counts_of_the_others(self, client, filled):
        response = client.get("/search/?q=焊工&type=instructor")

        assert titles(response) == ["陈铁山"]
        assert [tab.count for tab in response.context["tabs"]] == [4, 1, 1, 1, 1]

    def test_a_hit_in_the_text_shows_the_place(self, client, filled):
        assert "<mark>焊工</mark>的第一步" in client.get("/search/?q=焊工&type=lesson").content.decode()


class TestTradeWords:
    def test_a_word_an_editor_adds_is_in_force_at_once_and_needs_no_new_index(self, client, filled):
        assert titles(client.get("/search/?q=烧火花的&type=course")) == []
        TradeWord.objects.create(said="烧火花的", meant="焊工")
        synonyms.forget()

        response = client.get("/search/?q=烧火花的&type=course")

        assert titles(response) == ["高级焊工安全操作规程"]
        assert "<mark>焊工</mark>" in response.content.decode()

    def test_the_trade_box_knows_it_too(self, client, db):
        make.make_occupation()
        make.make_occupation(TURNER, "车工")
        TradeWord.objects.create(said="烧火花的", meant="焊工")

        found = client.get("/search/occupations/?q=烧火花的", headers={"accept": "application/json"}).json()

        assert found["occupations"][0]["code"] == WELDER

    @pytest.mark.parametrize(("said", "meant"), [("焊工", "焊工"), ("焊", "焊工"), ("烧火花", "")])
    def test_what_says_nothing_is_refused_by_the_database(self, db, said, meant):
        with pytest.raises(IntegrityError), transaction.atomic():
            TradeWord.objects.create(said=said, meant=meant)

    @pytest.mark.parametrize("said", ["焊", "焊 工", "焊，工", "焊工"])
    def test_the_form_says_what_is_wrong(self, said):
        with pytest.raises(ValidationError):
            TradeWord(said=said, meant="焊工").clean()


class TestSuggestions:
    def test_half_typed_pinyin_is_completed_with_the_kind_beside(self, client, filled):
        response = client.get("/search/suggest/", {"q": "hang"}, headers={"accept": "application/json"})

        found = json.loads(response.content)["suggestions"]
        assert {"type": "occupation", "text": "焊工", "url": "/courses/?occupation=6-18-02-04"} in found

    def test_there_are_at_most_ten(self, client, index):
        index.replace({f"course:{n}": [prepare(course(n, f"焊工第{n}课"))] for n in range(30)})
        index.refresh()

        response = client.get("/search/suggest/", {"q": "焊"})

        assert response.content.decode().count('role="option"') == 10

    def test_nothing_typed_suggests_nothing(self, client, filled):
        assert client.get("/search/suggest/").content.decode().strip() == ""


class TestOccupations:
    @pytest.fixture
    def classification(self, db):
        call_command("load_occupations", verbosity=0)

    def test_a_job_in_plain_words_gives_the_occupation(self, client, classification):
        response = client.get(
            "/search/occupations/", {"q": "开天车的"}, headers={"accept": "application/json"}
        )

        assert json.loads(response.content)["occupations"][0]["name"] == "起重装卸机械操作工"

    def test_the_fragment_holds_radio_buttons_for_the_form_that_asks(self, client, classification):
        page = client.get("/search/occupations/", {"q": "电焊工", "name": "trade"}).content.decode()

        assert 'type="radio" name="trade" value="6-18-02-04" checked' in page
        assert page.count("<input") == 5

    def test_a_word_nobody_knows_is_answered_kindly(self, client, classification):
        assert "换个说法" in client.get("/search/occupations/", {"q": "zzzzqqq"}).content.decode()


class TestQueries:
    @pytest.mark.parametrize("address", ["/courses/", "/search/"])
    @pytest.mark.parametrize("size", [2, 20])
    def test_the_number_of_queries_does_not_grow(
        self, client, index, master, django_assert_num_queries, address, size
    ):
        teachers = [make.make_instructor(f"师傅{n}") for n in range(size)]
        index.replace(
            {f"course:{n}": [prepare(course(n, f"焊工第{n}课", teacher=teachers[n]))] for n in range(size)}
        )
        index.refresh()

        # The synonyms; the names of occupations and groups, of levels, of instructors: one query each, whatever is found.
        with django_assert_num_queries(4):
            response = client.get(address, {"q": "焊工"})

        assert len(titles(response)) == size


class TestAnyInput:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "*",
            "焊*",
            '"',
            "'; DROP TABLE x; --",
            "<script>alert(1)</script>",
            "焊" * 10_000,
            "🔥",
            "\u202e焊工",
            "a:b AND (",
            "\\",
        ],
    )
    @pytest.mark.parametrize("address", ["/search/", "/courses/", "/search/suggest/", "/search/occupations/"])
    def test_every_query_is_answered(self, client, filled, address, query):
        response = client.get(address, {"q": query})

        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()

    @pytest.mark.parametrize(
        "tail",
        ["level=x", "sort=1", "occupation=%00", "cursor=" + "A" * 5000, "type=course&type=x", "page=2"],
    )
    def test_every_address_is_answered(self, client, filled, tail):
        assert client.get(f"/courses/?{tail}").status_code == 200
        assert client.get(f"/search/?{tail}").status_code == 200

    @pytest.mark.parametrize("address", ["/search/", "/courses/"])
    def test_posting_is_refused(self, client, address):
        assert client.post(address).status_code == 405


class TestEngineDown:
    @pytest.fixture
    def down(self, monkeypatch):
        class Down:
            name = "down"

            def search(self, request):
                raise SearchUnavailable("away")

        monkeypatch.setattr("search.queries.engine", Down)
        monkeypatch.setattr("search.trades.suggest.engine", Down)

    @pytest.mark.parametrize("address", ["/search/?q=焊工", "/courses/", "/courses/?q=焊工&level=2"])
    def test_the_page_says_so_and_what_to_do(self, client, db, down, address):
        response = client.get(address)

        assert response.status_code == 503
        assert "搜索这会儿连不上" in response.content.decode()

    def test_typing_is_not_disturbed(self, client, db, down):
        make.make_occupation()

        assert client.get("/search/suggest/?q=焊").status_code == 200
        assert "焊工" in client.get("/search/occupations/?q=焊工").content.decode()


def test_every_route_of_search_has_a_policy():
    for view in (views.search, views.catalogue, views.suggest, views.occupations):
        assert view.policy.is_public
    assert reverse("search:catalogue") == "/courses/"
