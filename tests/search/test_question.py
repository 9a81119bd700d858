"""What an address asks, and the addresses that lead on from it."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from search.engines import Sort
from search.question import FILTERS, Question

pytestmark = pytest.mark.once


def read(address):
    return Question.read(QueryDict(address.lstrip("?")))


class TestRead:
    def test_every_part_is_understood(self):
        question = read("q=焊工&level=4&level=3&occupation=6-18-02-04&trade=welding&sort=new&type=course")

        assert question.q == "焊工"
        assert question.by_field() == {
            "type": ("course",),
            "trade": ("welding",),
            "occupation": ("6-18-02-04",),
            "level": ("4", "3"),
        }
        assert question.sort == Sort.NEW

    @pytest.mark.parametrize(
        "address",
        [
            "level=99",
            "level=x",
            "level=४",
            "type=person",
            "occupation=焊",
            "occupation=6-18-",
            "instructor=%E9%99%88",
            "sort=x",
            "trade=x",
        ],
    )
    def test_what_cannot_be_is_left_out_and_named(self, address):
        question = read(address)

        assert question.filters == ()
        assert question.sort == Sort.RELEVANCE
        assert question.unknown == (address.partition("=")[0],)

    def test_a_long_query_is_cut_and_blanks_are_put_together(self):
        assert read("q=" + "焊" * 10_000).q == "焊" * 100
        assert read("q=%20焊%00工%09 %20安").q == "焊 工 安"

    @given(st.dictionaries(st.sampled_from([*FILTERS, "q", "sort", "cursor"]), st.text(max_size=30)))
    def test_any_address_is_read_and_written_back_the_same(self, values):
        query = QueryDict(mutable=True)
        query.update(values)

        question = Question.read(query)

        assert read(question.address()).address() == question.address()


class TestLinks:
    def test_a_filter_is_added_and_taken_away_and_begins_at_the_first_page(self):
        question = read("q=焊工&level=4&cursor=abc")

        added = question.toggled("level", "3")
        assert read(added.address()).values("level") == ("3", "4")
        assert added.cursor == ""
        assert question.toggled("level", "4").values("level") == ()

    def test_the_order_and_the_query_change_alone(self):
        question = read("q=焊工&level=4&cursor=abc")

        assert question.ordered(Sort.NEW).address() == "?q=%E7%84%8A%E5%B7%A5&level=4&sort=new"
        assert question.asking("").address() == "?level=4"
        assert question.plain().address() == "?q=%E7%84%8A%E5%B7%A5"
        assert question.at("x").address().endswith("&cursor=x")

    def test_the_same_state_has_one_address(self):
        assert read("level=4&q=a&level=3").address() == read("q=a&level=3&level=4").address()
