"""
What both engines promise, word for word the same. A second engine that is not there is skipped with its reason.
"""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.analysis import prefix_query, query_terms, trade_synonyms
from search.documents import SearchDocument, exact_terms, prepare
from search.engines import BadCursor, SearchRequest, Sort
from search.engines.embedded import EmbeddedEngine
from tests.search.conftest import empty

ELASTICSEARCH_URL = os.environ.get("ELASTICSEARCH_URL", "")
ELASTIC = pytest.param(
    "elastic",
    marks=[
        pytest.mark.services,
        pytest.mark.skipif(not ELASTICSEARCH_URL, reason="ELASTICSEARCH_URL names no Elasticsearch"),
    ],
)


@pytest.fixture(scope="module")
def elastic():
    from search.engines.elastic import ElasticEngine

    engine = ElasticEngine(ELASTICSEARCH_URL, f"contract-{secrets.token_hex(4)}", timeout_s=20)
    yield engine
    engine.drop()


@pytest.fixture(params=["embedded", ELASTIC])
def engine(request, tmp_path):
    if request.param == "embedded":
        return EmbeddedEngine(tmp_path, "contract")
    target = request.getfixturevalue("elastic")
    empty(target)
    return target


def course(key, title, **more):
    return SearchDocument(key=f"course:{key}", type="course", title=title, url=f"/courses/{key}/", **more)


COURSES = [
    course(
        "weld",
        "高级焊工安全操作规程",
        names=("陈铁山",),
        body="焊条电弧焊之前先看防护。烧穿多半是电流太大。",
        occupations=("6-18-02-04",),
        levels=(4,),
        instructors=("chen",),
        new_ms=3_000,
        popularity=5,
    ),
    course(
        "arc",
        "焊条电弧焊基础",
        names=("陈铁山", "林秀"),
        body="给焊工的第一课，安全帽和面罩。",
        occupations=("6-18-02-04",),
        levels=(2,),
        instructors=("chen", "lin"),
        new_ms=2_000,
        popularity=9,
    ),
    course(
        "lathe",
        "数控车床操作入门",
        names=("林秀",),
        body="CNC 程序 Q235B 材料",
        occupations=("6-18-01-01",),
        levels=(2,),
        instructors=("lin",),
        new_ms=1_000,
    ),
    course("crane", "起重装卸机械操作", occupations=("6-30-05-01",), levels=(3,), body="吊运之前检查吊钩。"),
    SearchDocument(
        key="occupation:6-18-02-04",
        type="occupation",
        title="焊工",
        url="/o/",
        names=("氩弧焊工",),
        occupations=("6-18-02-04",),
        body="使用焊机或焊接设备，焊接金属工件的人员。",
    ),
]


@pytest.fixture
def filled(engine):
    store(engine, COURSES)
    return engine


def store(engine, documents):
    engine.replace({document.part_of or document.key: [prepare(document)] for document in documents})
    engine.refresh()


def ask(engine, text="", **more):
    more.setdefault("terms", query_terms(text, trade_synonyms()))
    return engine.search(SearchRequest(exact=exact_terms(text), **more))


def keys(page):
    return [hit.key.partition(":")[2] for hit in page.hits]


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("焊工", {"weld", "arc", "6-18-02-04"}),
            ("高级焊工", {"weld"}),
            ("工安", {"weld"}),
            ("产安", set()),
            ("數控車床", {"lathe"}),
            ("ＣＮＣ", {"lathe"}),
            ("235", {"lathe"}),
            ("q235b 数控", {"lathe"}),
            ("hangong", {"weld", "6-18-02-04"}),
            ("skcc", {"lathe"}),
            ("chentieshan", {"weld", "arc"}),
            ("陈铁山 安全", {"weld", "arc"}),
            ("6-18-02-04", {"weld", "arc", "6-18-02-04"}),
            ("6-18", {"weld", "arc", "lathe", "6-18-02-04"}),
            ("怎么烧穿", {"weld"}),
            ("焊工 吊钩", set()),
        ],
    )
    def test_a_query_finds_just_what_answers_it(self, filled, text, expected):
        page = ask(filled, text)

        assert set(keys(page)) == expected
        assert page.total == len(expected)

    def test_a_synonym_finds_the_official_name(self, filled):
        assert "crane" not in keys(ask(filled, "天车工", terms=query_terms("天车工")))
        store(filled, [course("driver", "起重装卸机械操作工必修")])
        assert keys(ask(filled, "天车工")) == ["driver"]

    def test_the_thing_called_just_so_comes_first(self, filled):
        assert keys(ask(filled, "焊工"))[0] == "6-18-02-04"

    def test_a_title_counts_more_than_a_text(self, filled):
        assert keys(ask(filled, "电弧焊"))[0] == "arc"

    def test_fewer_words_may_be_asked_for(self, filled):
        text = "焊工 吊钩 烧穿"
        page = ask(filled, text, fewest=2)

        assert keys(page) == ["weld"]

    def test_no_query_gives_everything(self, filled):
        assert ask(filled).total == len(COURSES)

    def test_a_hit_brings_what_its_card_shows(self, filled):
        hit = ask(filled, "數控車床").hits[0]

        assert hit.key == "course:lathe"
        assert (hit.payload["title"], hit.payload["url"]) == ("数控车床操作入门", "/courses/lathe/")
        assert hit.score > 0

    @pytest.mark.parametrize(
        ("typed", "first"),
        [("焊条", "arc"), ("ht", "arc"), ("shuk", "lathe"), ("焊", "6-18-02-04"), ("吊钩", None)],
    )
    def test_half_typed_titles_are_suggested(self, filled, typed, first):
        found = keys(ask(filled, prefix=tuple(prefix_query(typed).split())))

        assert (first in found) if first else found == []


class TestFiltersAndFacets:
    def test_values_of_a_field_are_alternatives_and_fields_add_up(self, filled):
        both = ask(filled, filters={"level": ("2", "4"), "type": ("course",)})
        one = ask(filled, filters={"level": ("2",), "instructor": ("chen",)})

        assert set(keys(both)) == {"weld", "arc", "lathe"}
        assert keys(one) == ["arc"]

    def test_a_group_of_occupations_is_a_filter(self, filled):
        assert set(keys(ask(filled, filters={"occupation": ("6-18",), "type": ("course",)}))) == {
            "weld",
            "arc",
            "lathe",
        }

    def test_a_count_ignores_the_filter_on_its_own_field_only(self, filled):
        page = ask(
            filled,
            filters={"type": ("course",), "level": ("2",), "instructor": ("lin",)},
            facets=("type", "level", "instructor"),
        )

        assert page.total == 2
        assert page.facets["level"] == (("2", 2),)
        assert page.facets["instructor"] == (("lin", 2), ("chen", 1))
        assert page.facets["type"] == (("course", 2),)

    def test_counts_are_of_the_query_and_every_value_of_a_document(self, filled):
        page = ask(filled, "焊工", facets=("occupation", "type", "instructor"))

        assert dict(page.facets["occupation"]) == {"6": 3, "6-18": 3, "6-18-02": 3, "6-18-02-04": 3}
        assert page.facets["type"] == (("course", 2), ("occupation", 1))
        assert page.facets["instructor"] == (("chen", 2), ("lin", 1))

    def test_unknown_values_find_nothing(self, filled):
        page = ask(filled, filters={"level": ("99",)}, facets=("level",))

        assert (page.total, page.hits) == (0, ())
        assert dict(page.facets["level"]) == {"2": 2, "3": 1, "4": 1}

    def test_a_filter_does_not_change_the_order(self, filled):
        free = [key for key in keys(ask(filled, "焊工 安全")) if key in ("weld", "arc")]

        assert keys(ask(filled, "焊工 安全", filters={"instructor": ("chen",)})) == free


class TestOrderAndPages:
    def test_the_newest_come_first(self, filled):
        assert keys(ask(filled, sort=Sort.NEW))[:3] == ["weld", "arc", "lathe"]

    def test_the_most_studied_come_first_then_the_newer(self, filled):
        assert keys(ask(filled, sort=Sort.POPULAR))[:3] == ["arc", "weld", "lathe"]

    @pytest.mark.parametrize("sort", list(Sort))
    @pytest.mark.parametrize("text", ["", "焊工"])
    def test_pages_follow_each_other_without_gap_or_repetition(self, engine, sort, text):
        store(
            engine,
            [
                course(f"{n:03d}", f"焊工第{n}课" + "安全" * (n % 5), new_ms=n * 1000, popularity=n % 7)
                for n in range(53)
            ],
        )
        whole = keys(ask(engine, text, sort=sort, size=100))

        paged, cursor = [], ""
        for _ in range(6):
            page = ask(engine, text, sort=sort, size=10, cursor=cursor)
            paged += keys(page)
            cursor = page.cursor

        assert paged == whole
        assert len(set(whole)) == 53
        assert cursor == ""

    @pytest.mark.parametrize("cursor", ["x", "!!", "eyJhIjogMX0", "AAAA" * 100])
    def test_a_cursor_that_is_not_ours_is_refused(self, filled, cursor):
        with pytest.raises(BadCursor):
            ask(filled, cursor=cursor)

    def test_a_cursor_of_another_order_is_refused(self, filled):
        cursor = ask(filled, size=1, sort=Sort.NEW).cursor

        with pytest.raises(BadCursor):
            ask(filled, size=1, sort=Sort.POPULAR, cursor=cursor)


class TestWriting:
    def test_a_row_replaces_the_one_with_its_key(self, filled):
        store(filled, [course("lathe", "铣床入门")])

        assert ask(filled, "数控").total == 0
        assert keys(ask(filled, "铣床")) == ["lathe"]
        assert ask(filled).total == len(COURSES)

    def test_a_deleted_row_is_gone_and_deleting_again_is_fine(self, filled):
        for _ in range(2):
            filled.replace({"course:lathe": [], "course:never-there": []})
            filled.refresh()

        assert ask(filled, "数控").total == 0
        assert ask(filled).total == len(COURSES) - 1

    def test_what_is_part_of_a_thing_comes_and_goes_with_it(self, filled):
        def lesson(n, title):
            return prepare(
                SearchDocument(key=f"lesson:{n}", type="lesson", title=title, url="/", part_of="course:arc")
            )

        first = [prepare(COURSES[1]), lesson(1, "引弧练习"), lesson(2, "收弧练习")]
        filled.replace({"course:arc": first})
        filled.replace({"course:arc": [*first[:2], lesson(3, "运条练习")]})
        filled.refresh()

        assert set(keys(ask(filled, "练习"))) == {"1", "3"}
        assert ask(filled).total == len(COURSES) + 2

    def test_writes_after_the_exchange_go_to_the_new_index(self, filled):
        @contextmanager
        def swap():
            yield
            store(filled, [course("late", "迟到的课")])

        filled.rebuild((prepare(document) for document in COURSES), swap=swap())
        filled.refresh()

        assert keys(ask(filled, "迟到")) == ["late"]
        assert ask(filled).total == len(COURSES) + 1

    def test_a_rebuild_equals_the_live_index_and_forgets_what_is_gone(self, filled):
        live = list(filled.contents())
        store(filled, [course("ghost", "没有这门课")])

        count = filled.rebuild(prepare(document) for document in COURSES)

        assert count == len(COURSES)
        assert list(filled.contents()) == live
        assert ask(filled, "没有这门课").total == 0

    def test_a_rebuild_that_fails_leaves_the_old_index(self, filled):
        def rows():
            yield prepare(COURSES[0])
            raise RuntimeError("database gone")

        with pytest.raises(RuntimeError, match="database gone"):
            filled.rebuild(rows())

        assert ask(filled).total == len(COURSES)

    def test_a_new_index_is_empty(self, engine):
        engine.ensure_index()
        engine.ensure_index()

        page = ask(engine, "焊工", facets=("level",))

        assert (page.total, page.hits, page.facets["level"], page.cursor) == (0, (), (), "")

    def test_nobody_sees_an_empty_index_while_it_is_rebuilt(self, filled):
        def slowly():
            for document in COURSES:
                seen.append(ask(filled).total)
                yield prepare(document)

        seen: list[int] = []
        filled.rebuild(slowly())

        assert set(seen) == {len(COURSES)}


class TestAnyInput:
    NASTY = [
        "*",
        "焊*",
        "/焊.*/",
        "title:焊工",
        "焊工 AND (",
        '"焊工',
        "a" * 10_000,
        "焊" * 10_000,
        "🔥🔥",
        "焊\x00工",
        "\u202e焊工",
        "'; DROP TABLE x; --",
        "<script>",
        "((((((((",
        "NOT NOT",
        "\\",
        "hang'",
    ]

    @pytest.mark.parametrize("text", NASTY)
    def test_no_query_breaks_the_engine(self, filled, text):
        page = ask(filled, text, prefix=tuple(prefix_query(text).split()))

        assert page.total >= 0
        assert ask(filled, text).total >= 0

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(text=st.text(max_size=60))
    def test_any_text_is_answered(self, filled, text):
        assert ask(filled, text).total <= len(COURSES)


def test_many_threads_search_while_one_writes(filled):
    def look(_):
        return ask(filled, "焊工", facets=("type",)).total

    with ThreadPoolExecutor(4) as pool:
        totals = pool.map(look, range(40))
        for n in range(5):
            store(filled, [course(f"more{n}", "车工")])
        assert set(totals) == {3}


def test_another_process_sees_a_commit_at_once(tmp_path):
    """Two objects on one folder stand for a web worker and the Celery worker."""
    web, worker = EmbeddedEngine(tmp_path, "p"), EmbeddedEngine(tmp_path, "p")
    assert ask(web, "焊工").total == 0

    store(worker, COURSES)
    assert ask(web, "焊工").total == 3

    worker.rebuild(prepare(document) for document in COURSES[:1])
    assert ask(web, "焊工").total == 1


def test_a_server_that_is_down_is_asked_once_and_then_left_alone(monkeypatch):
    import elastic_transport

    from search.engines import elastic
    from search.engines.base import SearchUnavailable

    now, asked = [1_000.0], []
    perform = elastic_transport.Transport.perform_request

    def counted(transport, *args, **kwargs):
        asked.append(args)
        return perform(transport, *args, **kwargs)

    monkeypatch.setattr(elastic_transport.Transport, "perform_request", counted)
    monkeypatch.setattr(
        elastic, "time", SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])
    )
    engine = elastic.ElasticEngine("http://127.0.0.1:9", "nobody")

    for _ in range(50):
        with pytest.raises(SearchUnavailable):
            ask(engine, "焊工")
    assert len(asked) == 1

    now[0] += elastic.BREAK_S
    with pytest.raises(SearchUnavailable):
        ask(engine, "焊工")
    assert len(asked) == 2
