"""Search over the API: what the pages find, as JSON; any input gets 200 or 400 with the reason."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engines import SearchUnavailable
from tests.search.test_pages import WELDER, course, filled, master  # noqa: F401

pytestmark = pytest.mark.django_db
NASTY = [
    "",
    " ",
    "焊" * 10_000,
    "a" * 10_000,
    "*",
    "焊*?~2^9",
    "/(a+)+$/",
    "(" * 400,
    "title:焊工 AND NOT (",
    '"焊工',
    "'; DROP TABLE search_indexstate; --",
    "<script>alert(1)</script>",
    "🔥👩‍🏭",
    "焊\x00工\x07\x1b",
    "\u202e焊工\u200f",
    "\ud800",
    "hangg",
    "zh",
    "\\",
    "{{7*7}}%s%n",
    "&type=x",
]


def get(client, **params):
    response = client.get("/api/v1/search", params)
    return response.status_code, response.json()


@pytest.mark.usefixtures("filled")
class TestSearch:
    def test_results_facets_time_and_engine_are_told(self, client):
        status, body = get(client, q="焊工")

        assert status == 200
        assert body["results"][0]["key"] == f"occupation:{WELDER}"
        found = {r["key"]: r for r in body["results"]}["course:1"]
        assert found["title"] == "高级焊工安全操作规程"
        assert found["marked"] == "高级<mark>焊工</mark>安全操作规程"
        assert (found["url"], found["occupations"], found["levels"]) == ("/courses/c1/", [WELDER], [4])
        assert {"value": "course", "name": "课程", "count": 1} in body["facets"]["type"]
        assert body["total"] == len(body["results"]) == 4
        assert body["took_ms"] > 0
        assert body["engine"] in ("embedded", "elasticsearch")

    def test_filters_narrow_and_their_own_facet_keeps_counting(self, client):
        _status, body = get(client, type="course", occupation="6-18-02", level="2")

        assert [r["key"] for r in body["results"]] == ["course:2"]
        assert {f["value"]: f["count"] for f in body["facets"]["level"]} == {"2": 1, "4": 1}

    def test_a_cursor_leads_through_all_results_once(self, client):
        seen, cursor = [], ""
        for _ in range(9):
            _status, body = get(client, q="焊工", limit=1, cursor=cursor)
            seen += [r["key"] for r in body["results"]]
            cursor = body["cursor"]
            if cursor is None:
                break

        assert cursor is None
        assert len(seen) == len(set(seen)) == body["total"]

    @pytest.mark.parametrize(
        ("params", "field"),
        [
            ({"type": "person"}, "type"),
            ({"level": "99"}, "level"),
            ({"occupation": "6-18-"}, "occupation"),
            ({"sort": "price"}, "sort"),
            ({"cursor": "zzz"}, "cursor"),
            ({"cursor": "A" * 9_000}, "cursor"),
            ({"limit": "0"}, "limit"),
            ({"limit": "१०"}, "limit"),
            ({"page": "2"}, "page"),
            ({"level": [str(n) for n in range(1, 9)] + ["0", "9", "x"]}, "level"),
        ],
    )
    def test_what_cannot_be_answered_is_refused_with_the_field(self, client, params, field):
        status, body = get(client, **params)

        assert status == 400
        assert [e["field"] for e in body["errors"]] == [field]
        assert body["type"].endswith("#malformed")

    @pytest.mark.parametrize("text", NASTY)
    def test_any_words_are_answered(self, client, text):
        for address in ("/api/v1/search", "/api/v1/suggest"):
            response = client.get(address, {"q": text.encode("utf-8", "surrogatepass")})
            assert response.status_code == 200
            assert response["Content-Type"].startswith("application/json")

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        params=st.dictionaries(
            st.sampled_from(["q", "type", "occupation", "level", "cursor", "sort", "limit"])
            | st.text(max_size=5),
            st.text(max_size=40) | st.sampled_from(["course", "焊工", "6-18", "2", "new", "7"]),
            max_size=4,
        )
    )
    def test_any_request_is_answered_or_refused_with_a_reason(self, client, params):
        status, body = get(client, **params)

        assert status == 200 or (status == 400 and body["errors"])


@pytest.mark.usefixtures("filled")
class TestSuggest:
    def test_half_typed_pinyin_is_completed(self, client):
        body = client.get("/api/v1/suggest", {"q": "hang"}).json()

        assert {
            "type": "occupation",
            "text": "焊工",
            "marked": "焊工",
            "url": "/courses/?occupation=6-18-02-04",
        } in body["suggestions"]
        assert len(body["suggestions"]) <= 10

    def test_a_parameter_nobody_knows_is_refused(self, client):
        assert client.get("/api/v1/suggest", {"q": "焊", "n": 3}).status_code == 400


@pytest.mark.parametrize("address", ["/api/v1/search?q=焊工", "/api/v1/suggest?q=焊"])
def test_while_the_engine_is_away_a_problem_says_so(client, monkeypatch, address):
    class Away:
        name = "away"

        def search(self, request):
            raise SearchUnavailable("away")

    monkeypatch.setattr("search.queries.engine", Away)

    response = client.get(address)

    assert response.status_code == 503
    assert response.json()["type"].endswith("#unavailable")
