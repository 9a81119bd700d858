"""
Figures of unions, kept ready.

Everything here is derived: ``rebuild_rollups`` makes it again from ledger, memberships and places, and a rebuild equals
the live rows. Rows are recomputed, never incremented. What a union's own people and entries amount to (``OwnStudy``)
is apart from what its whole subtree amounts to (``UnionStudy``), because the two have different locks: own rows are
locked one by one, so that workers recompute different unions side by side, and subtree rows are written under one
advisory lock per period and line. In one row they would deadlock or queue from the first statement on.

There are no foreign keys: the nil uuid stands for study not yet assigned to a union, and a rebuild may empty the tables.
"""

import uuid

from django.db import models

from accounts.models import User
from reports.returns.models import ReturnStep, UnionReturn  # noqa: F401 (models of this app)
from reports.rules import PeriodKind

UNASSIGNED = uuid.UUID(int=0)
"""The union of entries whose learner had none (design §4.12)."""


class Dimension(models.TextChoices):
    """One filter at a time, and occupation × level; ``ALL`` is no filter. Values are the attribute's key, "" = not given."""

    ALL = "", "all"
    OCCUPATION_GROUP = "occupation_group", "occupation group (中类)"
    LEVEL = "level", "skill level (rank)"
    GENDER = "gender", "gender"
    AGE_BAND = "age_band", "age band"
    MIGRANT = "migrant", "migrant worker"
    NEW_EMPLOYMENT = "new_employment", "new employment form"
    OCCUPATION_LEVEL = "occupation_level", "occupation × level"


class FigureRow(models.Model):
    """
    One union, period and filter value. Flow (by the entry's union and ``booked_on``): total_ms, visits, completions.
    Stock (by membership on the last day, today while the period runs): the rest; a day has none.

    A visit is a learner, a day of study and a day of booking with net credit, so visits of a month are the sum of its
    days', of a quarter of its months'.
    """

    union = models.UUIDField()
    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    dimension = models.CharField(max_length=16, choices=Dimension, default=Dimension.ALL, blank=True)
    value = models.CharField(max_length=24, default="", blank=True)
    total_ms = models.BigIntegerField(default=0)
    visits = models.BigIntegerField(default=0)
    completions = models.BigIntegerField(default=0)
    members = models.BigIntegerField(default=0)
    registered = models.BigIntegerField(default=0)
    participants = models.BigIntegerField(default=0)
    with_goal = models.BigIntegerField(default=0)
    on_target = models.BigIntegerField(default=0)
    members_ms = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


def _counts_fit(name: str) -> models.CheckConstraint:
    """Nobody is counted who is no member; only ``total_ms`` and ``members_ms`` may be negative, after corrections."""
    members = models.F("members")
    return models.CheckConstraint(
        condition=models.Q(visits__gte=0, completions__gte=0)
        & models.Q(registered__range=(0, members), participants__range=(0, members))
        & models.Q(with_goal__range=(0, members), on_target__range=(0, models.F("with_goal"))),
        name=name,
    )


class OwnStudy(FigureRow):
    """What a union's own members and entries amount to, without the unions below it. The same on every line."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "kind", "dimension", "value", "start"], name="own_study_once"
            ),
            _counts_fit("own_study_counts"),
        ]


class UnionStudy(FigureRow):
    """What a union and all unions below it on a line amount to, by the places of the period's last day."""

    line = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "line", "kind", "dimension", "value", "start"], name="union_study_once"
            ),
            _counts_fit("union_study_counts"),
        ]


class Cause(models.TextChoices):
    """What changed, and so which rows are recomputed."""

    STUDY = "study", "study"
    """Time of a day: the periods that hold it."""
    MEMBERS = "members", "members"
    """Memberships from a day on: every month, quarter and year that ends on or after it."""
    GOAL = "goal", "goal"
    """A goal: as members, also for all unions below, which inherit it."""
    PLACE = "place", "place"
    """The union's place: as goal, and the days as well."""
    CHILDREN = "children", "children"
    """The place of a union below: as members, and the days as well."""


class UnionMark(models.Model):
    """
    Something about a union changed; the roll-up takes the row and recomputes. Plain rows without a unique key, so that
    nobody who writes one ever waits for the roll-up. Written by ``operations`` for study and by triggers of the
    database (``reports.db.triggers``) for all else, so that no way of writing can leave a figure stale.
    """

    union = models.UUIDField()
    day = models.DateField()
    cause = models.CharField(max_length=8, choices=Cause, default=Cause.STUDY)


class ReportPeriod(models.Model):
    """
    A period for which rows exist. A month, quarter or year is begun for all unions at once, so that the members of a
    union without study are counted; a day has rows only for unions with study.
    """

    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    counted_on = models.DateField(
        help_text="the day whose places and memberships count; moves on while the period runs"
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="from then on its rows do not change")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "start"], name="report_period_once")]


class PeriodClosing(models.Model):
    """
    A period closed for the whole tree. Append-only: no period is ever opened again.

    ``hash`` is the SHA-256 of all rows that were closed and of the closing before it (``prev``), so that closings are a
    chain and no figure of the past can be changed unseen (``reports.closings``).
    """

    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    counted_on = models.DateField(help_text="the day whose places and memberships counted")
    closed_at = models.DateTimeField()
    rows = models.BigIntegerField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "start"], name="period_closed_once"),
            models.UniqueConstraint(fields=["prev"], name="period_closing_chain"),
        ]


class ClosedStudy(FigureRow):
    """
    A figure as it was when its period closed, and under whom the union stood. Append-only. ``line`` is empty for a
    union's own figures.
    """

    line = models.CharField(max_length=3, blank=True)
    parent = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "line", "kind", "dimension", "value", "start"], name="closed_study_once"
            ),
            _counts_fit("closed_study_counts"),
        ]
        indexes = [models.Index(fields=["parent", "line", "kind", "start"], name="closed_study_children")]


class ClosingStatement(models.Model):
    """
    An officer's word that the figures of a union for a closed period are seen and stand: who, when, and the hash of what
    was seen. Append-only.
    """

    union = models.UUIDField()
    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    hash = models.CharField(max_length=64, help_text="of the union's closed rows")
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["union", "kind", "start"], name="closing_statement_once")
        ]


class LateStudy(models.Model):
    """
    What was studied in a closed period and booked in a later one: 补记 (``late_ms``) and 更正 (``corrected_ms``, taken
    back by reversals). Derived, and recomputed like all figures; ``line`` is empty for a union's own. Sums run up the
    tree of the day the period counted.
    """

    union = models.UUIDField()
    line = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    booked_on = models.DateField(help_text="the first day of the month whose figures hold it")
    late_ms = models.BigIntegerField()
    corrected_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "line", "kind", "start", "booked_on"], name="late_study_once"
            ),
            models.CheckConstraint(
                condition=models.Q(booked_on__gt=models.F("start")), name="late_study_later"
            ),
        ]


class FilterRun(models.Model):
    """When the figures by filter of an open period were last computed, for all unions at once."""

    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "start"], name="filter_run_once")]


class HiddenValue(models.Model):
    """
    A filter value of a union above the primary ones that is not shown: fewer than five members stand behind it, or it
    would tell a smaller number by subtraction (``reports.suppression``).
    """

    union = models.UUIDField()
    line = models.CharField(max_length=3)
    kind = models.CharField(max_length=7, choices=[(k.value, k.value) for k in PeriodKind])
    start = models.DateField()
    dimension = models.CharField(max_length=16, choices=Dimension)
    value = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["union", "line", "kind", "dimension", "value", "start"], name="hidden_value_once"
            )
        ]
