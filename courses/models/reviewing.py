"""A review as one object: whose turn it is, the six points, remarks at their place, and a log that nobody can change."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState

from accounts.models import User
from core.models import UuidModel
from courses.models.editions import CourseEdition
from courses.models.review import ReviewTask
from unions.models import Union

TRADE_CODE = r"^[1-8](-\d\d){0,3}$"


class ReviewDuty(UuidModel):
    """
    What somebody reviews: a step, for a trade (a code of the classification or its beginning; empty: all) and for
    courses that come from a union and what is below it (none: all). Half-open period of days.
    """

    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="review_duties", verbose_name=_("审核人")
    )
    step = models.ForeignKey(
        ReviewTask, on_delete=models.PROTECT, related_name="duties", verbose_name=_("环节")
    )
    trade = models.CharField(
        _("职业代码"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(TRADE_CODE, _("写职业代码或它的开头，例如 6-18-02-04 或 6-18。"))],
        help_text=_("写开头就管一整类，例如 6-18 是机械制造基础加工。不写就是所有职业。"),
    )
    union = models.ForeignKey(
        Union, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("工会")
    )
    active_from = models.DateField(_("从哪天起"))
    active_to = models.DateField(_("到哪天止"), null=True, blank=True, help_text=_("这一天起不再分给他。"))

    class Meta:
        verbose_name = _("审核分工")
        verbose_name_plural = _("审核分工")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active_to__isnull=True) | models.Q(active_to__gte=models.F("active_from")),
                name="review_duty_period",
            ),
            models.CheckConstraint(
                condition=models.Q(trade="") | models.Q(trade__regex=TRADE_CODE), name="review_duty_trade"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}：{self.step.name}"


class ReviewTurn(UuidModel):
    """
    One step of one round of a review: who has it, until when. Without ``reviewer`` it is everybody's of the step's
    group: nobody's duty covers this course.
    """

    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="turns")
    task_state = models.OneToOneField(TaskState, on_delete=models.PROTECT, related_name="review_turn")
    step = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="review_turns")
    started_at = models.DateTimeField()
    due_on = models.DateField(help_text="last day for it")
    reminded_on = models.DateField(null=True)
    escalated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(ended_at__isnull=True), name="review_turn_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="review_turn_period",
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_at", "id"],
                condition=models.Q(ended_at__isnull=True),
                name="review_turn_waiting",
            )
        ]


class ReviewPoint(models.Model):
    """The verdict on one of the six points of content review, in one turn. What must be mended has a remark."""

    class Point(models.TextChoices):
        CONTENT = "content", _("内容")
        FORM = "form", _("形式")
        IDEOLOGY = "ideology", _("意识形态")
        VIDEO_FORMAT = "video_format", _("视频格式")
        VIDEO_QUALITY = "video_quality", _("视频质量")
        COPYRIGHT = "copyright", _("版权")

    class Verdict(models.TextChoices):
        PASS = "pass", _("通过")
        MEND = "mend", _("要改")
        NONE = "none", _("不涉及")

    turn = models.ForeignKey(ReviewTurn, on_delete=models.PROTECT, related_name="points")
    point = models.CharField(max_length=20, choices=Point)
    verdict = models.CharField(max_length=4, choices=Verdict)
    remark = models.CharField(max_length=500, blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "point"], name="review_point_once"),
            models.CheckConstraint(
                condition=~models.Q(verdict="mend") | ~models.Q(remark=""), name="review_point_mend_says_what"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["pass", "mend", "none"]), name="review_point_verdict"
            ),
        ]


class ReviewComment(UuidModel):
    """
    A remark at its place: a lesson, perhaps a block of it (``block`` is the editor's uuid of the block, ``place`` the
    block's id in the edition, ``quote`` how it began). Open until the author or who wrote it settles it.
    """

    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="comments")
    turn = models.ForeignKey(ReviewTurn, null=True, on_delete=models.PROTECT, related_name="comments")
    lesson = models.UUIDField(null=True, help_text="LessonPage.uuid; null: the course itself")
    page_id = models.BigIntegerField(help_text="the page to open in the editor")
    title = models.CharField(max_length=255, help_text="of the lesson or course at that time")
    place = models.CharField(max_length=12, blank=True)
    block = models.CharField(max_length=36, blank=True)
    quote = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=1_000)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    answer = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by__isnull=True)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
                name="review_comment_settled_by_somebody",
            ),
            models.CheckConstraint(condition=~models.Q(words=""), name="review_comment_has_words"),
        ]
        indexes = [models.Index(fields=["edition", "settled_at"], name="review_comment_open")]


class ReviewLogEntry(models.Model):
    """What happened in a review, and who did it. The database refuses any change."""

    class Action(models.TextChoices):
        SUBMITTED = "submitted", _("送审")
        ASSIGNED = "assigned", _("分给")
        COMMENTED = "commented", _("写了意见")
        SETTLED = "settled", _("意见改好了")
        APPROVED = "approved", _("通过")
        RETURNED = "returned", _("退回修改")
        HANDED_OVER = "handed_over", _("转交")
        REMINDED = "reminded", _("提醒")
        ESCALATED = "escalated", _("超期上报")
        PUBLISHED = "published", _("发布")
        WITHDRAWN = "withdrawn", _("停用")
        LIFTED = "lifted", _("恢复")

    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="review_log")
    at = models.DateTimeField()
    action = models.CharField(max_length=12, choices=Action)
    step = models.CharField(max_length=255, blank=True)
    actor = models.UUIDField(null=True, help_text="Person.uuid; null: the calendar did it")
    concerns = models.UUIDField(null=True, help_text="Person.uuid of who got the turn")
    words = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["edition", "id"], name="review_log_of_edition")]


class EditionRound(models.Model):
    """What an edition contained when it was sent to review and then sent back: the next round is compared with it."""

    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    course = models.JSONField(help_text="the fields of the edition that people read")
    lessons = models.JSONField(help_text="list of lessons as courses.review.versions writes them")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="edition_round_once")]
