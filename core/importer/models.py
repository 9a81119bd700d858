"""A file that was brought in, and each of its lines with what became of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField


class ImportRun(models.Model):
    """One file. ``scope`` is the key of what it was brought into (``union:<uuid>``), ``options`` what the app needs."""

    class State(models.TextChoices):
        READING = "reading", _("正在读表")
        UNREADABLE = "unreadable", _("读不了")
        READY = "ready", _("等你确认")
        APPLYING = "applying", _("正在导入")
        APPLIED = "applied", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=80, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    options = models.JSONField(default=dict)
    tally = models.JSONField(
        null=True, blank=True, help_text="lines by what happens to them, once all are read"
    )
    remark = models.CharField(max_length=300, null=True, help_text="why it cannot be read")  # noqa: DJ001 (came later)
    created_by = models.UUIDField(null=True, help_text="Person.uuid")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "-created_at"], name="import_run_of_scope")]

    def counts(self) -> dict[str, int]:
        """Return the number of lines by what happens to them, by the keys that its kind of table knows."""
        if self.tally is not None:
            return dict(self.tally)
        found = dict(self.rows.values_list("action").annotate(n=models.Count("pk")))
        moved = ImportRow.Action.MOVED.value
        return {action: found.get(action, 0) for action in ImportRow.Action.values if action != moved}


class ImportRow(models.Model):
    """One line. What was in it and what stood there before are personal data, so they are encrypted."""

    class Action(models.TextChoices):
        NEW = "new", _("新增")
        MOVED = "moved", _("转入")
        CHANGED = "changed", _("有变动")
        UNCHANGED = "unchanged", _("没变")
        REFUSED = "refused", _("没通过")

    class Outcome(models.TextChoices):
        WAITING = "", _("还没办")
        DONE = "done", _("办了")
        FAILED = "failed", _("没办成")
        UNDONE = "undone", _("撤销了")
        KEPT = "kept", _("撤不回")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=Action)
    outcome = models.CharField(max_length=10, choices=Outcome, default="", blank=True)
    data = EncryptedTextField(help_text="JSON: cells as they were read, and the plan")
    before = EncryptedTextField(blank=True, help_text="JSON: what undo needs")
    target = models.CharField(max_length=80, blank=True)
    errors = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="import_row_line")]
        indexes = [models.Index(fields=["run", "action", "outcome"], name="import_row_state")]
