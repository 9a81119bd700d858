"""
A random history of a small province: study, late uploads, corrections, people and unions that move, merge and close.

Everything goes through the operations the product has; each act takes the day it happens on. The same seed makes the
same history.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction

from accounts.models import Person, PersonAlias
from core.clock import day_start_ms
from records import api as records
from records.models import LedgerEntry
from reports.closings import close_due_periods
from reports.operations import begin_day, roll_up
from tests.reports.world import complete, make_member, make_union, move_member, noon, place, study
from unions.exceptions import UnionError
from unions.models import Line, Membership, Union, UnionPlace
from unions.operations import close_union, merge_unions, move_union


class History:
    """A province that lives from ``begins`` on; ``live`` lets so many acts happen until a day."""

    def __init__(self, seed: int, *, begins: date, mills: int = 6) -> None:
        self.dice = random.Random(seed)
        self.today = begins
        self.first = begins
        self.province = make_union("省", annual_target_ms=12 * 2_000_000, since=begins)
        self.counties = [make_union(f"县{n}", under=self.province, since=begins) for n in range(3)]
        self.mills = [make_union(f"厂{n}", under=self.counties[n % 3], since=begins) for n in range(mills)]
        industry = make_union("产业", line=Line.INDUSTRY, since=begins)
        for mill in self.mills[::2]:
            place(mill, under=industry, line=Line.INDUSTRY, since=begins)
        self.people = [make_member(self.dice.choice(self.mills), since=begins) for _ in range(12)]
        self.acts: list[tuple[Callable[[], object], int]] = [
            (self.studies, 8),
            (self.uploads_late, 4),
            (self.is_corrected, 3),
            (self.finishes, 2),
            (self.joins, 2),
            (self.moves, 2),
            (self.moves_long_ago, 1),
            (self.signs_in, 1),
            (self.studies_without_a_union, 2),
            (self.is_attributed, 2),
            (self.is_merged, 1),
            (self.a_union_moves, 1),
            (self.a_union_moves_long_ago, 1),
            (self.unions_merge, 1),
            (self.a_union_closes, 1),
            (self.a_goal_changes, 1),
            (self.figures_are_rolled_up, 3),
            (self.periods_close, 3),
        ]
        begin_day(today=begins)

    def live(self, *, acts: int, until: date) -> None:
        """Let time pass evenly, with the roll-up at each new day."""
        days = (until - self.today).days
        start = self.today
        for n in range(acts):
            self.today = start + timedelta(days=days * (n + 1) // acts)
            act = self.dice.choices([a for a, _ in self.acts], [w for _, w in self.acts])[0]
            act()
        self.today = until

    # People

    def studies(self) -> None:
        person = self.dice.choice(self.people)
        self._study(person, self.today, recorded=self.today)

    def uploads_late(self) -> None:
        """What was studied offline up to 60 days ago arrives today, so often after its month has closed."""
        day = max(self.first, self.today - timedelta(days=self.dice.randrange(1, 60)))
        self._study(self.dice.choice(self.people), day, recorded=self.today, evidence="offline", online=False)

    def is_corrected(self) -> None:
        taken = LedgerEntry.objects.filter(kind="reversal").values_list("learner", "refers_to")
        open_ = LedgerEntry.objects.filter(kind="study", union__isnull=False).order_by("learner", "n")
        left = [e for e in open_ if (e.learner, e.n) not in set(taken)]
        if left:
            entry = self.dice.choice(left)
            draft = records.reversal_of(entry, reason="recount", actor=uuid4())
            records.append_entries(learner=entry.learner, drafts=[draft], now=self._now)

    def finishes(self) -> None:
        person = self.dice.choice(self.people)
        complete(person, day=self.today, union=self._union_of(person, self.today))

    def joins(self) -> None:
        self.people.append(make_member(self._open_mill(), since=self.today))

    def moves(self) -> None:
        person = self.dice.choice(self.people)
        mill = self._open_mill()
        if self._union_of(person, self.today) not in (None, mill):
            last = Membership.objects.get(member=person, active_to=None)
            if last.active_from < self.today:
                move_member(person, to=mill, on=self.today)

    def moves_long_ago(self) -> None:
        """An approved correction of the roll: it touches no entry."""
        row = self.dice.choice(list(Membership.objects.filter(active_to=None).order_by("pk")))
        on = self.today - timedelta(days=self.dice.randrange(20, 70))
        if row.active_from < on:
            move_member(row.member, to=self._open_mill(), on=on)

    def signs_in(self) -> None:
        Person.objects.filter(pk=self.dice.choice(self.people).pk).update(registered_at=noon(self.today))

    def studies_without_a_union(self) -> None:
        person = make_member()
        self.people.append(person)
        self._study(person, self.today, recorded=self.today)

    def is_attributed(self) -> None:
        done = set(LedgerEntry.objects.filter(kind="attribution").values_list("learner", "refers_to"))
        for entry in LedgerEntry.objects.filter(kind="study", union=None).order_by("learner", "n"):
            if (entry.learner, entry.n) not in done:
                drafts = records.attribution(
                    entry, union=self._open_mill().uuid, actor=uuid4(), from_day=entry.day
                )
                records.append_entries(learner=entry.learner, drafts=drafts, now=self._now)
                return

    def is_merged(self) -> None:
        """A person was entered twice: one row goes, its chain stays."""
        person, twin = self.dice.sample(self.people, 2)
        with transaction.atomic():
            Membership.objects.filter(member=twin).delete()
            PersonAlias.objects.filter(person=twin).update(person=person)
            self.people.remove(twin)
            alias = twin.uuid
            Person.objects.filter(pk=twin.pk).delete()
            PersonAlias.objects.create(alias=alias, person=person)

    # Unions

    def a_union_moves(self) -> None:
        self._act(
            lambda: move_union(union=self._open_mill(), parent=self.dice.choice(self.counties), on=self.today)
        )

    def a_union_moves_long_ago(self) -> None:
        on = max(self.first + timedelta(days=1), self.today - timedelta(days=self.dice.randrange(20, 70)))
        self._act(
            lambda: move_union(
                union=self._open_mill(), parent=self.dice.choice(self.counties), on=on, today=self.today
            )
        )

    def unions_merge(self) -> None:
        if len(self._open_mills()) > 3:
            closing, into = self.dice.sample(self._open_mills(), 2)
            self._act(lambda: merge_unions(closing=closing, into=into, on=self.today))

    def a_union_closes(self) -> None:
        if len(self._open_mills()) > 3:
            self._act(lambda: close_union(union=self._open_mill(), on=self.today))

    def a_goal_changes(self) -> None:
        union = self.dice.choice([*self.counties, *self.mills])
        goal = self.dice.choice([None, 12 * 500_000, 12 * 3_000_000])
        Union.objects.filter(pk=union.pk).update(annual_target_ms=goal)

    def periods_close(self) -> None:
        """The hourly task finds what is due, if nothing of it waits for the roll-up."""
        if self.dice.random() < 0.7:
            roll_up(today=self.today)
        close_due_periods(now=self._now)

    def figures_are_rolled_up(self) -> None:
        roll_up(today=self.today)

    # Helpers

    @property
    def _now(self) -> int:
        return day_start_ms(self.today) + 20 * 3_600_000

    def _study(self, person: Person, day: date, *, recorded: date, **fields: object) -> None:
        ms = self.dice.choice([1, 59_999, 900_000, 2_699_999, 2_700_000, 3_600_001])
        kind = {"occupation": "6-18-02-04", "level": self.dice.randrange(1, 6)}
        study(
            person, ms, day=day, union=self._union_of(person, day), recorded_on=recorded, **{**kind, **fields}
        )

    def _union_of(self, person: Person, day: date) -> Union | None:
        for row in Membership.objects.filter(member=person, active_from__lte=day).select_related("union"):
            if row.active_to is None or row.active_to > day:
                return row.union
        return None

    def _open_mills(self) -> list[Union]:
        rows = Union.objects.filter(pk__in=[m.pk for m in self.mills], closed_on=None)
        return list(rows.select_related("kind").order_by("pk"))

    def _open_mill(self) -> Union:
        return self.dice.choice(self._open_mills())

    def _act(self, act: Callable[[], object]) -> None:
        """Try an act of the tree; what the rules refuse changes nothing, as for an officer."""
        try:
            with transaction.atomic():
                act()
        except UnionError:
            assert UnionPlace.objects.filter(active_to=None).exists()
