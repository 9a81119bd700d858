"""
Figures recomputed from the ledger, never incremented. ``records.rollups`` fills them; a rebuild equals the live rows.
"""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

UNASSIGNED = "00000000-0000-0000-0000-000000000000"
"""Union of time that belongs to no union (yet): a uuid, because a unique key does not bind nulls."""


class Mark(models.Model):
    """
    "This learner-day has changed." Plain rows without a unique key, so that a beat never waits for the roll-up; a
    worker takes them in batches. Written by the statement that writes the entries.
    """

    learner = models.UUIDField()
    day = models.DateField()


class DailyStudy(models.Model):
    """Credited time of one learner and day, split by what union figures are asked for."""

    learner = models.UUIDField()
    day = models.DateField()
    booked_on = models.DateField()
    union = models.UUIDField(help_text="the nil uuid: unassigned")
    occupation = models.CharField(max_length=20, blank=True)
    level = models.SmallIntegerField(default=0)
    ms = models.BigIntegerField()

    class Meta:
        verbose_name = _("每日学时")
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "day", "booked_on", "union", "occupation", "level"],
                name="daily_study_once",
            )
        ]
        indexes = [
            models.Index(fields=["union", "booked_on"], name="daily_study_of_union"),
            models.Index(fields=["learner", "booked_on"], name="daily_study_of_learner"),
        ]


class LearnerPeriod(models.Model):
    """
    Credited time of one learner in a month, quarter or year by the days it is booked on, and in all (``all`` starts on
    ``EVER``), wherever earned. The row of ``all`` is the lock for the learner's roll-up.
    """

    class Kind(models.TextChoices):
        MONTH = "month", _("月")
        QUARTER = "quarter", _("季")
        YEAR = "year", _("年")
        ALL = "all", _("全部")

    EVER = date(1, 1, 1)

    learner = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind)
    start = models.DateField()
    ms = models.BigIntegerField()
    days = models.IntegerField(help_text="days with credited time")

    class Meta:
        verbose_name = _("阶段学时")
        constraints = [
            models.UniqueConstraint(fields=["learner", "kind", "start"], name="learner_period_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["month", "quarter", "year", "all"]), name="learner_period_kind"
            ),
        ]


class Completion(models.Model):
    """A lesson completed: every part covered to the policy's share. Judged by coverage, never by credit."""

    learner = models.UUIDField()
    lesson = models.UUIDField()
    edition = models.UUIDField(null=True)
    course = models.CharField(max_length=80, blank=True)
    day = models.DateField()
    booked_on = models.DateField()
    union = models.UUIDField(help_text="the nil uuid: unassigned")
    occupation = models.CharField(max_length=20, blank=True)
    level = models.SmallIntegerField(default=0)
    recorded_at = models.BigIntegerField()

    class Meta:
        verbose_name = _("学完记录")
        constraints = [models.UniqueConstraint(fields=["learner", "lesson"], name="completion_once")]
        indexes = [
            models.Index(fields=["union", "booked_on"], name="completion_of_union"),
            models.Index(fields=["learner", "course"], name="completion_of_course"),
        ]
