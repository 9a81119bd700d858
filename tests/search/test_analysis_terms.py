"""What is indexed of a text, and what a query asks for."""

import re
from concurrent.futures import ThreadPoolExecutor
from subprocess import run
from sys import executable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import (
    index_terms,
    normalize,
    pinyin_terms,
    prefix_query,
    prefix_terms,
    query_terms,
    trade_synonyms,
    word_query,
)
from search.analysis.lazy import Once
from search.analysis.normal import HAN
from search.analysis.synonyms import parse_synonyms
from tests.search.matching import ROOT, found_by_prefix, found_by_words

pytestmark = pytest.mark.once

IS_HAN = re.compile(f"[{HAN}]")
TITLE = "高级焊工安全操作规程"
WORDS = [
    "焊工",
    "电焊工",
    "高级",
    "安全",
    "操作规程",
    "数控车床",
    "的",
    "怎么",
    "起重装卸机械操作工",
    "CNC",
    "Q235B",
    "第3课",
    "、",
    " ",
    "（",
    "6-18-02-04",
    "行车",
    "重庆",
    "學",
    "機械",
]
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map("".join)
without_codes = titles.filter(lambda title: "6-" not in title)
any_han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=20)


class TestNormalize:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("ＣＮＣ", "cnc"),
            ("數控車床", "数控车床"),
            ("㎜", "mm"),
            ("焊\u200f工", "焊工"),
            ("焊\u00ad工", "焊工"),
            ("焊\x00工", "焊 工"),
        ],
    )
    def test_different_spellings_become_one(self, typed, meant):
        assert normalize(typed) == meant

    @given(st.text(max_size=50))
    def test_normalizing_again_changes_nothing(self, text):
        once = normalize(text)

        assert normalize(once) == once


class TestSubstrings:
    @pytest.mark.parametrize(
        "typed", ["焊工", "高级焊工", "工安", "规程", "焊工安全操作", "安全操作规程", "焊"]
    )
    def test_a_stretch_of_a_title_finds_it(self, typed):
        assert found_by_words(typed, TITLE)

    @pytest.mark.parametrize("typed", ["产安", "电工", "全安", "焊接", "车工"])
    def test_characters_that_are_no_neighbours_do_not_find_it(self, typed):
        assert not found_by_words(typed, TITLE)

    @given(titles | any_han, st.data())
    def test_every_stretch_of_two_or_more_han_characters_finds_its_title(self, title, data):
        han = [i for i, c in enumerate(title) if IS_HAN.match(c)]
        starts = [i for i in han if i + 1 in han]
        if not starts:
            return
        start = data.draw(st.sampled_from(starts))
        longest = start
        while longest in han:
            longest += 1
        end = data.draw(st.integers(start + 2, longest))

        assert found_by_words(title[start:end], title)

    @given(without_codes | any_han, st.data())
    def test_every_stretch_that_begins_at_a_han_character_is_suggested(self, title, data):
        han = [i for i, c in enumerate(title) if IS_HAN.match(c)]
        if not han:
            return
        start = data.draw(st.sampled_from(han))
        end = data.draw(st.integers(start + 1, len(title)))

        assert found_by_prefix(title[start:end], title)

    def test_words_asked_with_fillers_between_are_still_found(self):
        assert found_by_words("焊工怎么安全操作的", TITLE)

    def test_a_filler_alone_is_asked_for(self):
        assert word_query("的") == "的"


class TestLettersAndCodes:
    @pytest.mark.parametrize(
        "typed", ["hangong", "hg", "gaojihangong", "anquan", "aq", "hangon", "hanggong", "han gong"]
    )
    def test_pinyin_initials_and_common_confusions_find_the_title(self, typed):
        assert found_by_words(typed, TITLE)

    @pytest.mark.parametrize("typed", ["diangong", "dg", "angquanx"])
    def test_other_pinyin_does_not(self, typed):
        assert not found_by_words(typed, TITLE)

    def test_readings_of_the_workshop_come_before_the_everyday_ones(self):
        assert "hangche" in pinyin_terms("行车工").split()

    def test_a_code_finds_its_groups_and_itself(self):
        terms = index_terms("焊工（6-18-02-04）").split()

        assert word_query("6-18-02-04") in terms
        assert word_query("6-18") in terms
        assert word_query("6-18-02-05") not in terms

    @pytest.mark.parametrize("text", ["2026-11-23", "136-12-34-56-78", "a6-18-02-04"])
    def test_dates_and_numbers_are_no_codes(self, text):
        assert "occ" not in index_terms(text)

    def test_a_number_inside_a_type_designation_is_found(self):
        assert found_by_words("235", "Q235B钢板焊接")
        assert found_by_words("q235b", "Q235B钢板焊接")

    @pytest.mark.parametrize("typed", ["h", "ha", "hang", "hangongan", "hga", "焊工安", "高级焊工安全操作规"])
    def test_half_typed_words_are_suggested(self, typed):
        assert found_by_prefix(typed, TITLE)


class TestSynonyms:
    def test_another_word_for_the_trade_finds_the_official_one(self):
        clause = query_terms("天车工", trade_synonyms()).clauses[0]

        assert "起重装卸机械操作工" in clause.meant

    def test_a_line_that_is_no_mapping_is_named(self):
        with pytest.raises(ValueError, match="line 2"):
            parse_synonyms(["焊接工 => 焊工", "焊接工 焊工"])


class TestAnyInput:
    @given(st.text(max_size=300))
    def test_no_text_breaks_a_term(self, text):
        for terms in (index_terms(text), pinyin_terms(text), prefix_terms(text)):
            assert terms == " ".join(terms.split())
        query = query_terms(text)
        assert all(term and not term.isspace() for clause in query.clauses for term in clause.words)
        assert len(query.clauses) <= 16

    @pytest.mark.parametrize(
        "text", ["焊" * 10_000, "a" * 10_000, "焊 " * 5_000, "*" * 10_000, "🔥" * 10_000, "\u202e焊工"]
    )
    def test_a_query_stays_small(self, text):
        query = query_terms(text)

        assert sum(len(c.words) + sum(map(len, c.others)) for c in query.clauses) <= 200
        assert len(prefix_query(text).split()) <= 60


class TestLoading:
    def test_importing_loads_no_dictionary(self):
        code = "import sys, search.analysis; print(sorted({'rjieba', 'pypinyin', 'opencc', 'django'} & set(sys.modules)))"

        done = run([executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "[]"

    def test_searching_words_does_not_load_the_readings(self):
        code = "import sys; from search.analysis import *; query_terms('焊工 hg'); highlight('焊工', query_terms('hg'), ['han', 'gong']); print('pypinyin' in sys.modules)"

        done = run([executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "False"

    def test_a_dictionary_is_loaded_once_by_many_threads(self):
        loads: list[int] = []
        once = Once(lambda: loads.append(1) or "value")

        with ThreadPoolExecutor(8) as pool:
            values = set(pool.map(lambda _: once(), range(64)))

        assert (values, loads) == ({"value"}, [1])

    def test_threads_get_the_same_terms(self):
        texts = [TITLE, "数控车床操作工", "起重装卸机械操作工"] * 30

        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(index_terms, texts))

        assert together == [index_terms(text) for text in texts]
