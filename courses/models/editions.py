"""
What was reviewed and is served: a course's content frozen as an edition.

Lessons are served from these rows and never from pages or old revisions: a block type that is removed vanishes from
an old revision without a word, and a stored fragment costs a tenth of rendering one.
"""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, WorkflowMixin

from accounts.models import User
from core.models import UuidModel
from courses.models.pages import AiLabel, CoursePage, Licence
from instructors.models import InstructorProfile
from media.models import Video
from occupations.models import Occupation, SkillLevel


class CourseEdition(UuidModel, WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, models.Model):
    """
    The unit of review and of publishing. It names the page revisions it contains; Wagtail's own way, page by page,
    would be 120 submissions for a course of 120 lessons.

    Its row is the truth: revisions of it only give the workflow something to hang on. Every change goes through
    ``courses.operations``.
    """

    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, related_name="editions", verbose_name=_("课程")
    )
    number = models.PositiveIntegerField(_("第几版"))
    title = models.CharField(_("课程名称"), max_length=255)
    occupation = models.ForeignKey(
        Occupation, on_delete=models.PROTECT, related_name="+", verbose_name=_("职业")
    )
    level = models.ForeignKey(
        SkillLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("技能等级")
    )
    summary = models.TextField(blank=True)
    outcomes = models.JSONField(default=list, help_text="list of texts")
    audience = models.CharField(max_length=200, blank=True)
    safety = models.JSONField(default=list, blank=True, help_text="list of texts")
    sources = models.JSONField(
        default=list, blank=True, help_text="list of texts: standards and books it was checked against"
    )
    licence = models.CharField(
        _("版权许可"), max_length=20, choices=Licence, blank=True, db_default="", default=""
    )
    ai_label = models.CharField(
        _("人工智能标识"), max_length=20, choices=AiLabel, blank=True, db_default="", default=""
    )
    cover = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    course_revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("这一版改了什么"), max_length=300, blank=True)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("送审人")
    )
    submitted_at = models.DateTimeField(_("送审时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    is_current = models.BooleanField(_("现行版"), default=False, help_text="what who begins now gets")
    duration_ms = models.BigIntegerField(default=0)
    lesson_count = models.PositiveIntegerField(default=0)
    byte_size = models.BigIntegerField(default=0, help_text="of all videos in their smallest quality")
    manifest_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 over lessons, parts and fragments"
    )

    class Meta:
        verbose_name = _("课程版本")
        verbose_name_plural = _("课程版本")
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["course"], condition=models.Q(is_current=True), name="edition_one_current"
            ),
            models.UniqueConstraint(
                fields=["course"], condition=models.Q(published_at__isnull=True), name="edition_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(is_current=False) | models.Q(published_at__isnull=False),
                name="edition_current_is_published",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | ~models.Q(manifest_hash=""),
                name="edition_published_has_manifest",
            ),
        ]
        indexes = [models.Index(fields=["is_current", "-published_at"], name="edition_newest_current")]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"

    @property
    def label(self) -> str:
        """How people name it: the month it was published, else that it was not yet."""
        return f"{self.published_at:%Y-%m}" if self.published_at else str(_("未发布"))

    def with_content_json(self, content: dict[str, Any]) -> "CourseEdition":
        """Return this row itself: no revision of an edition ever overwrites what operations wrote."""
        return self

    def get_latest_revision_as_object(self) -> "CourseEdition":
        return self


class EditionInstructor(models.Model):
    """Who teaches this edition, the leading one first."""

    edition = models.ForeignKey(CourseEdition, on_delete=models.CASCADE, related_name="instructors")
    instructor = models.ForeignKey(InstructorProfile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "instructor"], name="edition_instructor_once")
        ]


class EditionApproval(models.Model):
    """Who let an edition pass at which step of its review, frozen when it is published."""

    edition = models.ForeignKey(CourseEdition, on_delete=models.CASCADE, related_name="approvals")
    step = models.CharField(max_length=255)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    remark = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "step"], name="edition_approval_once")]


class Fragment(models.Model):
    """A lesson's rendered HTML under the SHA-256 of its bytes: equal lessons of many editions share one row."""

    hash = models.CharField(max_length=64, primary_key=True)
    html = models.TextField()


class EditionLesson(models.Model):
    """
    A lesson in an edition. ``content`` are its plain blocks, frozen at submission from the revision that it protects:
    what reviewers read is what is published. ``fragment`` comes with publishing.
    """

    edition = models.ForeignKey(CourseEdition, on_delete=models.CASCADE, related_name="lessons")
    lesson = models.UUIDField(help_text="LessonPage.uuid")
    position = models.PositiveIntegerField()
    module_number = models.PositiveIntegerField()
    module_title = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    summary = models.CharField(max_length=200, blank=True)
    schema_version = models.PositiveSmallIntegerField()
    content = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64)
    duration_ms = models.BigIntegerField(default=0)
    byte_size = models.BigIntegerField(default=0, help_text="of its videos in their smallest quality")
    page_id = models.BigIntegerField(
        help_text="of the LessonPage; it may be deleted one day, the edition stays"
    )
    revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.PROTECT, related_name="+")
    fragment = models.ForeignKey(Fragment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "lesson"], name="edition_lesson_once"),
            models.UniqueConstraint(fields=["edition", "position"], name="edition_lesson_place"),
        ]
        indexes = [models.Index(fields=["lesson", "edition"], name="edition_lesson_by_uuid")]

    def __str__(self) -> str:
        return self.title


class Part(models.Model):
    """
    A part of a lesson in an edition, with its own timeline. ``uuid`` is the ledger's name for it and the same in every
    edition whose lesson holds this part unchanged; hence one row for each edition's lesson and no unique uuid.
    """

    class Kind(models.TextChoices):
        VIDEO = "video", _("视频")
        AUDIO = "audio", _("音频")
        TEXT = "text", _("图文")
        QUESTION = "question", _("检查题")
        DOCUMENT = "document", _("资料")

    lesson = models.ForeignKey(EditionLesson, on_delete=models.CASCADE, related_name="parts")
    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    nominal_ms = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    blocks = models.JSONField(default=list, help_text="[{id, offset_ms, ms}], end to end over nominal_ms")
    video = models.ForeignKey(Video, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "uuid"], name="part_once"),
            models.UniqueConstraint(fields=["lesson", "position"], name="part_place"),
            models.CheckConstraint(condition=models.Q(nominal_ms__gt=0), name="part_takes_time"),
            models.CheckConstraint(
                condition=models.Q(kind="video", video__isnull=False)
                | (~models.Q(kind="video") & models.Q(video__isnull=True)),
                name="part_video_has_file",
            ),
        ]


class EditionFile(models.Model):
    """A video, picture or document that an edition shows: its key keeps the library from deleting it."""

    lesson = models.ForeignKey(EditionLesson, on_delete=models.CASCADE, related_name="files")
    video = models.ForeignKey(Video, null=True, on_delete=models.PROTECT, related_name="+")
    image = models.ForeignKey("wagtailimages.Image", null=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(
        "wagtaildocs.Document", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(video__isnull=False, image__isnull=True, document__isnull=True)
                | models.Q(video__isnull=True, image__isnull=False, document__isnull=True)
                | models.Q(video__isnull=True, image__isnull=True, document__isnull=False),
                name="edition_file_is_one",
            )
        ]
