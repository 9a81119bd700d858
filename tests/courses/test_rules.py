"""The timeline of a lesson, by example and by property."""

import doctest
import itertools
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import rules
from courses.rules import MediaFacts, TimedPart, han_count, keep_uuids, text_pieces, timeline

pytestmark = pytest.mark.once

MEDIA = MediaFacts(videos={1: (60_000, "v1"), 2: (5_000, "v2")}, images={1: "i1", 2: "i2"})

words = st.text(alphabet="焊弧电流工件abc12，。 ", max_size=30)
paragraph = st.one_of(
    words.map(lambda w: f"<p>{w}</p>"),
    words.map(lambda w: f"<h3>{w}</h3>"),
    st.lists(words, min_size=1, max_size=3).map(
        lambda ws: "<ul>" + "".join(f"<li>{w}</li>" for w in ws) + "</ul>"
    ),
    words.map(lambda w: f"<p>{w}<br/><b>{w}</b></p>"),
)
html = st.lists(paragraph, max_size=6).map("".join)
block = st.one_of(
    html.map(lambda h: {"type": "text", "value": h}),
    st.sampled_from([1, 2]).map(lambda n: {"type": "image", "value": {"image": n, "alt": "图"}}),
    st.sampled_from([1, 2]).map(lambda n: {"type": "video", "value": {"video": n}}),
    words.map(lambda w: {"type": "question", "value": {"prompt": w}}),
    st.lists(words, max_size=4).map(
        lambda ws: {"type": "steps", "value": {"steps": [{"text": w} for w in ws]}}
    ),
    words.map(lambda w: {"type": "safety", "value": {"title": w, "hazards": [w], "text": w}}),
    st.just({"type": "download", "value": {"document": 3}}),
)
lessons = st.lists(block, max_size=10)


def test_doctests_hold():
    assert doctest.testmod(rules).failed == 0


@given(lessons)
def test_blocks_of_each_part_lie_end_to_end_and_fill_it(lesson):
    for part in timeline(lesson, MEDIA):
        if part.blocks:
            ends = [b.offset_ms + b.ms for b in part.blocks]
            assert [b.offset_ms for b in part.blocks] == [0, *ends[:-1]]
            assert ends[-1] == part.nominal_ms
        else:
            assert part.video or part.nominal_ms == 0


@given(lessons)
def test_what_is_read_in_a_row_is_one_part_and_the_rest_stands_alone(lesson):
    kinds = [part.kind for part in timeline(lesson, MEDIA)]

    assert not any(a == b == "text" for a, b in itertools.pairwise(kinds))
    assert kinds.count("video") == sum(b["type"] == "video" for b in lesson)
    assert kinds.count("question") == sum(b["type"] == "question" for b in lesson)


@given(lessons)
def test_ids_of_blocks_occur_once_in_a_lesson(lesson):
    ids = [b.id for part in timeline(lesson, MEDIA) for b in part.blocks]

    assert len(ids) == len(set(ids))


@given(html)
def test_pieces_put_together_are_the_text_and_keep_its_time(text):
    pieces = text_pieces(text)

    assert "".join(pieces) == text
    assert sum(han_count(p) for p in pieces) == han_count(text)
    assert all(p.count("<ul>") == p.count("</ul>") and p.count("<p>") == p.count("</p>") for p in pieces)


@given(lessons, lessons)
def test_parts_keep_uuids_exactly_while_kind_and_hash_are_the_same(old, new):
    before = keep_uuids(timeline(old, MEDIA), [], uuid4)
    known = [(p.kind, p.content_hash, p.uuid) for p in before if p.uuid]

    after = keep_uuids(timeline(new, MEDIA), known, uuid4)

    uuids = [p.uuid for p in after if p.uuid]
    assert len(uuids) == len(set(uuids))
    what = {uuid: (kind, content_hash) for kind, content_hash, uuid in known}
    for part in after:
        if part.uuid in what:
            assert what[part.uuid] == (part.kind, part.content_hash)
        elif part.uuid:
            given_away = sum(p.uuid in what and what[p.uuid] == (part.kind, part.content_hash) for p in after)
            assert given_away == sum(what[u] == (part.kind, part.content_hash) for u in what)


@given(lessons)
def test_publishing_unchanged_blocks_again_changes_no_uuid(lesson):
    first = keep_uuids(timeline(lesson, MEDIA), [], uuid4)
    known = [(p.kind, p.content_hash, p.uuid) for p in first if p.uuid]

    assert keep_uuids(timeline(lesson, MEDIA), known, uuid4) == first


def test_a_replaced_picture_is_another_part():
    lesson = [{"type": "image", "value": {"image": 1, "alt": "焊枪"}}]
    changed = MediaFacts(videos={}, images={1: "another"})

    assert timeline(lesson, MEDIA)[0].content_hash != timeline(lesson, changed)[0].content_hash


def test_reading_without_time_gets_no_uuid():
    part = TimedPart("text", 0, "x", ())

    assert keep_uuids([part], [], lambda: UUID(int=1))[0].uuid is None


def test_an_unknown_block_is_an_error_and_not_skipped():
    with pytest.raises(KeyError):
        timeline([{"type": "hologram", "value": {}}], MEDIA)
