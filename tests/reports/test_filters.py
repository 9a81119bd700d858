"""Figures by filter add up to the members they are of, and no small number can be had by subtracting others."""

import json
from collections import Counter
from datetime import date
from fractions import Fraction
from io import StringIO
from random import Random

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.filter_table import FILTER_COLUMNS
from reports.filters import FILTERS, filter_report, refresh
from reports.models import Dimension, HiddenValue, OwnStudy, UnionStudy
from reports.operations import begin_day, roll_up
from reports.rules import parse_period
from reports.suppression import FEWEST, Known, hidden_cells
from tests.factories.people import make_member, make_person, make_tree, make_union
from tests.reports.test_api import ask
from tests.reports.test_closings import at
from tests.reports.test_pages import Tables, officer_at
from tests.reports.world import noon, study
from unions.models import Line, Union

TODAY = date(2026, 11, 23)
NOVEMBER = parse_period("2026-11")


class World:
    """A province with two counties of three plants each, and some ninety members of all sorts."""

    def __init__(self, seed: int = 3) -> None:
        dice = Random(seed)
        self.tree = make_tree()
        counties = [self.tree["county"], self.tree["other"]]
        self.plants = [self.tree["plant"], self.tree["mine"]]
        self.plants += [make_union("BASE", c, code=f"JC-P{n}{c.pk}") for c in counties for n in range(2)]
        begin_day(today=date(2026, 10, 1))
        self.members = Counter()
        for _ in range(90):
            person = make_person()
            person.gender = dice.choice(["m", "m", "m", "f", ""])
            person.born_on = dice.choice([None, date(2001, 11, 23), date(2001, 11, 24), date(1970, 1, 1)])
            person.is_migrant_worker = dice.random() < 0.2
            person.occupation_code = dice.choice(["6-18-02-04", "6-18-01-01", "4-07-05-01", ""])
            person.level_rank = dice.choice([None, 2, 3, 3, 4])
            person.save()
            plant = dice.choice(self.plants)
            make_member(plant, person=person)
            study(person, dice.choice([1_000, 2_700_000]), day=date(2026, 11, 3), union=plant)
            self.members[plant.pk, person.gender] += 1
        roll_up(today=TODAY)
        refresh(NOVEMBER, now=at(TODAY))

    def report(self, union: Union, dimension: Dimension, *, with_small: bool = False):
        return filter_report(
            union=union, period=NOVEMBER, line=Line.ADMINISTRATIVE, dimension=dimension, with_small=with_small
        )


@pytest.mark.django_db
class TestFigures:
    def test_of_each_filter_add_up_to_the_members_at_every_union(self) -> None:
        world = World()
        for model in (OwnStudy, UnionStudy):
            rows = model.objects.filter(kind="month", start=NOVEMBER.start)
            totals = {
                (r.union, getattr(r, "line", "")): (r.members, r.registered, r.participants, r.members_ms)
                for r in rows.filter(dimension="")
                if r.members
            }
            assert len(totals) > 5
            for dimension in FILTERS:
                sums: dict[object, list[int]] = {}
                for r in rows.filter(dimension=dimension):
                    found = sums.setdefault((r.union, getattr(r, "line", "")), [0, 0, 0, 0])
                    for n, number in enumerate((r.members, r.registered, r.participants, r.members_ms)):
                        found[n] += number
                assert {key: tuple(found) for key, found in sums.items()} == totals, dimension
        plant = world.plants[0]
        shown = {
            r.value: r.figures.members for r in world.report(plant, Dimension.GENDER, with_small=True).rows
        }
        assert shown == {g: n for (pk, g), n in world.members.items() if pk == plant.pk}

    def test_count_who_turns_25_on_the_last_day_as_25(self) -> None:
        world = World()
        bands = {r.value for r in world.report(world.tree["nat"], Dimension.AGE_BAND, with_small=True).rows}

        assert bands == {"", "-24", "25-34", "55-"}

    def test_twice_are_the_same_and_follow_a_change(self) -> None:
        world = World()
        before = list(
            UnionStudy.objects.exclude(dimension="").order_by("union", "line", "dimension", "value").values()
        )
        refresh(NOVEMBER, now=at(TODAY))
        after = list(
            UnionStudy.objects.exclude(dimension="").order_by("union", "line", "dimension", "value").values()
        )

        assert [r | {"id": 0} for r in before] == [r | {"id": 0} for r in after]
        assert world.report(world.tree["nat"], Dimension.GENDER).counted_at is not None

    def test_that_are_small_are_hidden_above_the_primary_union_and_nowhere_else(self) -> None:
        world = World()
        for union in (world.tree["county"], world.tree["city"]):
            for dimension in FILTERS:
                for row in world.report(union, dimension).rows:
                    assert row.figures is None or row.figures.members >= FEWEST
        shown = [r for r in world.report(world.tree["nat"], Dimension.GENDER).rows if r.figures is not None]
        assert shown, "not everything is hidden"
        assert not HiddenValue.objects.filter(union__in=[p.uuid for p in world.plants]).exists()
        assert HiddenValue.objects.filter(dimension="occupation_level").exists()

    def test_that_are_hidden_do_not_follow_from_all_pages_together(self) -> None:
        world = World()
        for dimension in FILTERS:
            self._attack(world, dimension)

    def _attack(self, world: World, dimension: Dimension) -> None:
        above = [world.tree[n] for n in ("nat", "prov", "city", "county", "other")]
        cells, unknown, sums = {}, set(), []
        for union in above:
            own = UnionStudy.objects.filter(
                union=union.uuid, line="adm", kind="month", start=NOVEMBER.start, dimension=dimension
            )
            for row in own:
                cells[union.uuid, row.value] = row.members
            unknown |= {
                (union.uuid, r.value) for r in world.report(union, dimension).rows if r.figures is None
            }
            keys = [k for k in cells if k[0] == union.uuid]
            sums.append((keys, []))
            if dimension is Dimension.OCCUPATION_LEVEL:
                for part in (0, 1):
                    for group in {k[1].split("/")[part] for k in keys}:
                        sums.append(([k for k in keys if k[1].split("/")[part] == group], []))
        children = {"nat": ["prov"], "prov": ["city"], "city": ["county", "other"]}
        for parent, names in children.items():
            for value in {v for u, v in cells if u == world.tree[parent].uuid}:
                parts = [k for n in names if (k := (world.tree[n].uuid, value)) in cells]
                sums.append((parts, [(world.tree[parent].uuid, value)]))

        assert {k for k in known_by_subtraction(sums, unknown) if cells[k] < FEWEST} == set()


@pytest.mark.django_db
def test_page_api_and_command_hide_the_same(client) -> None:
    world = World()
    county, plant = world.tree["county"], world.plants[0]
    with time_machine.travel(noon(TODAY), tick=False):
        officer = officer_at(county)
        client.force_login(officer)
        for dimension in FILTERS:
            page = client.get(
                reverse("reports:filters", args=[county.uuid]), {"by": dimension, "period": "2026-11"}
            )
            (table,) = Tables(page.content.decode()).tables
            shown = [[cell[0].replace(",", "").replace("—", "") for cell in row] for row in table[1:]]
            rows = ask(officer, county, by=dimension.value, period="2026-11").json()["rows"]
            told = [
                [
                    row["name"],
                    *((row["figures"] or {"shown": {}})["shown"].get(c.key) or "" for c in FILTER_COLUMNS),
                ]
                for row in rows
            ]
            assert shown == told
            out = StringIO()
            call_command(
                "union_study",
                "--union",
                county.code,
                "--period",
                "2026-11",
                "--by",
                dimension.value,
                "--json",
                stdout=out,
            )
            assert json.loads(out.getvalue())["rows"] == rows

        assert "只给本单位看" in client.get(reverse("reports:filters", args=[plant.uuid])).content.decode()
        assert ask(officer, plant, by="gender").json()["rows"] == []
        client.force_login(officer_at(plant))
        own = client.get(reverse("reports:filters", args=[plant.uuid]), {"by": "gender"}).content.decode()
        assert len(Tables(own).tables) == 1


def known_by_subtraction(sums, unknown):
    """Return the unknowns that the sums determine, solved with fractions: an attack of its own."""
    order = sorted(unknown, key=str)
    rows = []
    for parts, wholes in sums:
        row = [Fraction(0)] * len(order)
        for n, key in enumerate(order):
            row[n] += parts.count(key) - wholes.count(key)
        rows.append(row)
    rank = 0
    for column in range(len(order)):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        rows[rank] = [x / rows[rank][column] for x in rows[rank]]
        for r in range(len(rows)):
            if r != rank and rows[r][column]:
                times = rows[r][column]
                rows[r] = [a - times * b for a, b in zip(rows[r], rows[rank], strict=True)]
        rank += 1
    return {order[row.index(1)] for row in rows[:rank] if sum(1 for x in row if x) == 1}


@pytest.mark.once
@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=4), min_size=2, max_size=4))
def test_no_table_with_all_its_sums_gives_a_hidden_number_away(table: list[list[int]]) -> None:
    """The attack on the rule itself: a table of numbers with the sums of its lines and columns."""
    width = min(len(line) for line in table)
    cells = {(r, c): line[c] for r, line in enumerate(table) for c in range(width)}
    lines = [[(r, c) for c in range(width)] for r in range(len(table))]
    columns = [[(r, c) for r in range(len(table))] for c in range(width)]

    hidden = hidden_cells(cells, [Known(tuple(s)) for s in (*lines, *columns)])

    assert {k for k, n in cells.items() if 0 < n < FEWEST} <= hidden
    told = known_by_subtraction([(s, []) for s in (*lines, *columns)], hidden)
    small = {k for k in told if 0 < cells[k] < FEWEST}
    assert all(_nothing_can_hide(k, cells, hidden) for k in small)


def _nothing_can_hide(key, cells, hidden) -> bool:
    """Who stands alone in a line or column is told by its total, which is always shown; or nothing is left to hide."""
    alone = any(all(k == key or not n for k, n in cells.items() if k[axis] == key[axis]) for axis in (0, 1))
    return alone or hidden >= {k for k, n in cells.items() if n}
