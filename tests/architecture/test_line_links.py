"""ARCHITECTURE.md follows one minute of study from line to line: each link points at the line that defines its name."""

import pytest

from tests.architecture.line_links import PAGE, LineLink, links, renewed

pytestmark = pytest.mark.once

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_link_points_at_the_line_that_defines_its_name() -> None:
    astray = [f"{at.path}#L{at.line}: {at.name}" for at in links(TEXT) if at.line not in at.defined_on]
    assert astray == [], "run: python -m tests.architecture.line_links"


def test_every_step_of_the_minute_links_to_a_line() -> None:
    table = TEXT.partition("| step | where |")[2].partition("\n\n")[0]
    steps = table.strip().splitlines()[1:]
    assert len(steps) >= 10
    assert [step for step in steps if not list(links(step))] == []


def test_a_link_that_is_one_line_off_is_found_and_put_right() -> None:
    link = next(links(TEXT))
    off = TEXT.replace(f"{link.path}#L{link.line})", f"{link.path}#L{link.line + 1})")

    assert any(at.line not in at.defined_on for at in links(off))
    assert renewed(off) == TEXT


def test_a_call_is_no_definition() -> None:
    assert LineLink("partition", "tests/architecture/test_line_links.py", 16).defined_on == []
