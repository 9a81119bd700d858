"""Files of lessons: an upload is complete, then a job makes what a phone can play. It knows no course."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import UuidModel


class Video(UuidModel):
    """
    A video as the instructor gave it and what was made of it. ``content_hash`` (SHA-256 of the original) is the
    identity that parts of editions keep: while it is the same, learners keep their coverage.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        PROCESSING = "processing", _("处理中")
        READY = "ready", _("可以播放")
        FAILED = "failed", _("处理失败")

    title = models.CharField(_("标题"), max_length=200)
    original = models.FileField(_("原始文件"), upload_to="videos/original/")
    original_name = models.CharField(max_length=255, blank=True)
    byte_size = models.BigIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True, db_index=True)
    captions = models.TextField(_("字幕（WebVTT）"), blank=True)
    transcript = models.TextField(_("文字稿"), blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    failure = models.CharField(max_length=300, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    poster = models.CharField(max_length=300, blank=True, help_text="storage key")
    uploaded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("视频")
        verbose_name_plural = _("视频")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(duration_ms__gt=0),
                name="video_ready_has_duration",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def length(self) -> str:
        """Minutes and seconds as people write them, empty while unknown."""
        if self.duration_ms is None:
            return ""
        minutes, seconds = divmod(self.duration_ms // 1000, 60)
        return f"{minutes}′{seconds:02d}″"


class Rendition(models.Model):
    """One quality of a video as HLS: a playlist and its segments under one storage prefix."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=20)
    prefix = models.CharField(max_length=300)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bits_per_second = models.PositiveIntegerField()
    byte_size = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "name"], name="rendition_once")]
