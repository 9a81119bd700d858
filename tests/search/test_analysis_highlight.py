"""Which part of a text answers the query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import best_fragment, highlight, query_terms, said, trade_synonyms

pytestmark = pytest.mark.once


def marked(text: str, query: str, *, pinyin: bool = False) -> str:
    pieces = highlight(text, query_terms(query, trade_synonyms()), said(text) if pinyin else ())
    return "".join(f"[{p.text}]" if p.hit else p.text for p in pieces)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("高级焊工安全操作规程", "焊工", "高级[焊工]安全操作规程"),
        ("高级焊工安全操作规程", "焊工安全", "高级[焊工安全]操作规程"),
        ("高級焊工", "高级", "[高級]焊工"),
        ("ＣＮＣ编程", "cnc", "[ＣＮＣ]编程"),
        ("起重装卸机械操作工", "天车工", "[起重装卸机械操作工]"),
        ("㎏焊工", "焊工", "㎏[焊工]"),
        ("焊工", "车工", "焊工"),
    ],
)
def test_the_words_asked_for_are_marked(text, query, expected):
    assert marked(text, query) == expected


@pytest.mark.parametrize("query", ["hangong", "hg", "hanggong"])
def test_characters_are_marked_when_their_pinyin_was_typed(query):
    assert marked("高级焊工", query, pinyin=True) == "高级[焊工]"


def test_the_fragment_with_most_hits_is_chosen_and_begins_at_a_sentence():
    text = "焊工须知。" + "今天说说别的。" * 30 + "二保焊的焊工要看安全距离。" + "完了。" * 30

    pieces = best_fragment(text, query_terms("焊工 安全"), width=40)

    shown = "".join(p.text for p in pieces)
    assert "焊工要看安全距离" in shown
    assert len(shown) <= 42


def test_no_hit_gives_no_fragment():
    assert best_fragment("焊工须知", query_terms("车工")) == ()


@given(st.text(max_size=80), st.text(max_size=20))
def test_highlighting_never_changes_the_text(text, query):
    assert "".join(p.text for p in highlight(text, query_terms(query), said(text))) == text
