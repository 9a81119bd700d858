"""The demo's ladders name courses that it has, each at its own level or above, and never in a circle."""

import pytest

from courses.path_rules import circle_in
from skillspower.demo.content import courses
from skillspower.demo.paths import LADDERS


@pytest.mark.once
def test_the_ladders_of_the_demo_fit_its_courses():
    ranks = {course.slug: (course.occupation_code, course.level_rank) for course in courses()}
    assert len(LADDERS) == 4
    for occupation, (summary, steps, needs) in LADDERS.items():
        assert summary and [rank for _slug, rank, _required in steps] == sorted(r for _s, r, _q in steps)
        for slug, rank, is_required in steps:
            of, own = ranks[slug]
            assert rank == own if of == occupation else rank >= own
            assert of == occupation or not is_required or rank > 2
        places = [slug for slug, _rank, _required in steps]
        assert all(places.index(before) < places.index(slug) for slug, before, _bars in needs)
        assert not circle_in([(places.index(slug), places.index(before)) for slug, before, _bars in needs])
