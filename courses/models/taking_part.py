"""Who learns a course, and what nobody may learn any more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from core.models import UuidModel
from courses.models.editions import CourseEdition
from courses.models.pages import CoursePage
from unions.models import Union


class Enrolment(UuidModel):
    """A learner's way through a course, on the edition begun. At most one open a course; ended ones are history."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="enrolments")
    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="enrolments")
    enrolled_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True, help_text="the day by which a union wants it done")
    asked_by = models.ForeignKey(Union, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("学课登记")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course"],
                condition=models.Q(ended_at__isnull=True),
                name="enrolment_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("enrolled_at")),
                name="enrolment_period",
            ),
        ]
        indexes = [models.Index(fields=["person", "-enrolled_at"], name="enrolment_of_person")]


class EditionMove(models.Model):
    """A learner's own step from the edition begun to a newer one. What was covered of unchanged parts stays covered."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="moves")
    from_edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="+")
    to_edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_edition=models.F("to_edition")), name="edition_move_moves"
            )
        ]


class Withdrawal(UuidModel):
    """
    A live flag over all editions of a course: a lesson (or, without ``lesson``, the whole course) is not served while
    it stands. For safety reasons, at once, for everybody.
    """

    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="withdrawals")
    lesson = models.UUIDField(null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=300)
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("停用")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "lesson"],
                condition=models.Q(lifted_at__isnull=True, lesson__isnull=False),
                name="withdrawal_one_open_lesson",
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=models.Q(lifted_at__isnull=True, lesson__isnull=True),
                name="withdrawal_one_open_course",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="withdrawal_lifted_by_somebody",
            ),
        ]
