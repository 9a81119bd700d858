"""The rules of periods and figures: the examples in their docstrings, and what must hold for any input."""

import doctest
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import rules
from reports.rules import BadPeriod, PeriodKind, bottom_up, parse_period, percent, period_of

pytestmark = [pytest.mark.once, pytest.mark.quick]

days = st.dates(date(2000, 1, 1), date(2198, 12, 31))
kinds = st.sampled_from(list(PeriodKind))


def test_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(rules)
    assert results.attempted >= 12
    assert results.failed == 0


@given(days, kinds)
def test_a_period_is_found_again_by_its_code_and_holds_its_day(day: date, kind: PeriodKind) -> None:
    period = period_of(kind, day)

    assert period.start <= day <= period.last_day
    assert parse_period(period.code) == period
    assert period.after.before == period
    assert period.after.start == period.end


@given(days, kinds, days)
def test_stock_is_counted_inside_the_period_and_never_after_today(
    day: date, kind: PeriodKind, today: date
) -> None:
    period = period_of(kind, day)

    on = period.stock_on(today)

    assert period.start <= on <= period.last_day
    assert on <= max(today, period.start)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-00",
        "2026-13",
        "2026-Q0",
        "2026-Q5",
        "2026-02-30",
        "26",
        "20261",
        "2026-1",
        "٢٠٢٦",
        "1999",
        "2200",
        "2026-11 ",
    ],
)
def test_what_names_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod):
        parse_period(text)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_rate_is_never_shown_higher_than_it_is(part: int, whole: int) -> None:
    rate = Fraction(min(part, whole), whole)

    shown = Fraction(percent(rate)) / 100

    assert rate - Fraction(1, 1000) < shown <= rate


@given(st.lists(st.integers(0, 40), max_size=40))
def test_children_come_before_their_parents(choices: list[int]) -> None:
    parents: dict[int, int | None] = {n: choice % n if n else None for n, choice in enumerate(choices)}

    levels = bottom_up(parents)

    place = {node: depth for depth, level in enumerate(levels) for node in level}
    assert place.keys() == parents.keys()
    assert all(place[node] < place[parent] for node, parent in parents.items() if parent is not None)


def test_a_union_above_itself_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="above itself"):
        bottom_up({1: 2, 2: 1})
