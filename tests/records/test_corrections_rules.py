"""What may be given back of refused time: never more than the clock, the part and what counts elsewhere allow."""

import doctest
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import workdays
from records.corrections import evidence, rules
from records.corrections.rules import PartSets, Refused, shares
from records.ledger.intervals import inside, measure, minus, union

pytestmark = pytest.mark.once
PARTS = [UUID(int=1), UUID(int=2)]
DAY = (100, 900)
intervals = st.tuples(st.integers(0, 1_000), st.integers(0, 300)).map(lambda x: (x[0], x[0] + x[1]))
spans = st.builds(
    Refused, st.sampled_from(PARTS), st.sampled_from(["a@1", "b@2"]), intervals, st.none() | intervals
)
parts = st.builds(
    lambda nominal, covered, part: PartSets(
        nominal,
        tuple(inside(union(covered), 0, nominal)),
        measure(inside(union(covered), 0, nominal)) * part // 100,
    ),
    st.integers(1, 800),
    st.lists(intervals, max_size=3),
    st.integers(0, 100),
)


@pytest.mark.parametrize("module", [rules, evidence, workdays], ids=lambda m: m.__name__)
def test_doctests_hold(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@settings(max_examples=150)
@given(
    st.lists(spans, max_size=5),
    st.tuples(parts, parts),
    st.lists(intervals, max_size=3),
    st.none() | st.integers(0, 900),
)
def test_what_is_given_keeps_within_clock_part_and_limit(refused, sets, taken, limit):
    known = dict(zip(PARTS, sets, strict=True))
    found = shares(refused, known, taken, day=DAY, limit_ms=limit)

    clocks = [i for share in found for i in share.clock]
    assert measure(union(clocks)) == measure(clocks)  # no instant is given twice
    assert minus(union(clocks), [DAY]) == []
    assert measure(minus(union(clocks), union(taken))) == measure(clocks)  # none that counts elsewhere
    for share in found:
        assert 0 < share.ms <= measure(share.clock) <= share.clock[-1][1] - share.clock[0][0]
    for part, sets_of_part in known.items():
        mine = [s for s in found if s.part == part]
        covered = union([*sets_of_part.covered, *(i for s in mine for i in s.positions)])
        assert measure(covered) <= max(sets_of_part.nominal_ms, measure(sets_of_part.covered))
        if mine:
            assert sets_of_part.credited_ms + sum(s.ms for s in mine) <= measure(covered)
    if limit is not None:
        assert sum(s.ms for s in found) <= limit
