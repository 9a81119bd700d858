"""
The tree of unions with time.

A union's identity never moves; its place does: ``UnionPlace`` says under whom it stood, on which line, from when to
when. Figures of a period use the places and memberships of its last day, so history stays as it was. ``path`` is only a
cache of today's administrative line, for navigation and for an officer's scope.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from core.fields import EncryptedTextField
from core.importer.models import ImportRow
from core.models import UuidModel


class UnionKind(models.Model):
    """One of the 14 kinds of node, with the levels that may stand below it. Rows from ``data/union_types.csv``."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField()
    lowest_child_level = models.PositiveSmallIntegerField(null=True)
    highest_child_level = models.PositiveSmallIntegerField(null=True)
    is_primary = models.BooleanField(default=False, help_text="sees its members by name")

    class Meta:
        verbose_name = _("工会类型")

    def __str__(self) -> str:
        return self.name


class Line(models.TextChoices):
    """条块结合: the line that counts, and the industry's."""

    ADMINISTRATIVE = "adm", _("地方")
    INDUSTRY = "ind", _("产业")


class Union(UuidModel):
    """A union, from the national one to a group in a workshop. Nothing is ever deleted: it closes."""

    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    pinyin = models.CharField(
        max_length=400, blank=True, help_text="full and initials, for finding it while typing"
    )
    kind = models.ForeignKey(UnionKind, on_delete=models.PROTECT)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    region_code = models.CharField(_("行政区划"), max_length=6, blank=True)
    industry = models.CharField(_("行业门类"), max_length=1, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    join_code = models.CharField(max_length=12, blank=True, help_text="joining by it is immediate")
    path = models.CharField(
        max_length=255, blank=True, db_index=True, help_text="cache of today's administrative line"
    )
    depth = models.PositiveSmallIntegerField(default=0)
    annual_target_ms = models.BigIntegerField(null=True, blank=True)
    month_targets_ms = models.JSONField(
        null=True, blank=True, help_text="twelve numbers, or null for ⌊annual / 12⌋"
    )

    class Meta:
        verbose_name = _("工会")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z0-9-]{3,24}$"), name="union_code_form"
            ),
            models.UniqueConstraint(
                fields=["join_code"], condition=~models.Q(join_code=""), name="union_join_code_once"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("opened_on")),
                name="union_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnionPlace(models.Model):
    """Under whom a union stands on a line, from ``active_from`` to the day before ``active_to``."""

    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="places")
    line = models.CharField(max_length=3, choices=Line, default=Line.ADMINISTRATIVE)
    parent = models.ForeignKey(Union, null=True, on_delete=models.PROTECT, related_name="child_places")
    active_from = models.DateField()
    active_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active_to__isnull=True) | models.Q(active_to__gt=models.F("active_from")),
                name="union_place_period",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("union")),
                name="union_place_not_self",
            ),
        ]
        indexes = [models.Index(fields=["parent", "line", "active_from"], name="union_place_children")]


class Membership(models.Model):
    """Which union a member belongs to, from ``active_from`` to the day before ``active_to``. At most one at a time."""

    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="memberships")
    active_from = models.DateField()
    active_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, default="request", help_text="code, request, import or officer")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active_to__isnull=True) | models.Q(active_to__gt=models.F("active_from")),
                name="membership_period",
            )
        ]
        indexes = [
            models.Index(fields=["union", "active_from", "active_to"], name="membership_of_union"),
            models.Index(fields=["member", "active_from"], name="membership_of_member"),
        ]


class JoinRequest(UuidModel):
    """A wish to join, waiting for an officer. Study counts meanwhile, unassigned, and is attributed from ``sent_on``."""

    class State(models.TextChoices):
        SENT = "sent", _("已送出")
        ASKED_BACK = "asked_back", _("待补充")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="join_requests")
    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="join_requests")
    state = models.CharField(max_length=12, choices=State, default=State.SENT)
    workplace = models.CharField(_("用工单位"), max_length=120, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    sent_on = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("入会申请")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state__in=["sent", "asked_back"]),
                name="join_request_one_open",
            )
        ]
        indexes = [models.Index(fields=["union", "state", "sent_on"], name="join_request_inbox")]


class Appointment(models.Model):
    """
    What an officer may do for a union and everything below it, for a half-open period. Role keys, final: one duty, read
    or write; write includes read.
    """

    class Duty(models.TextChoices):
        STATISTICS = "statistics", _("统计")
        TRAINING = "training", _("培训")
        MEMBERSHIP = "membership", _("会员")
        SAFETY = "safety", _("安全")

    officer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="appointments")
    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="appointments")
    duty = models.CharField(max_length=12, choices=Duty)
    may_write = models.BooleanField(default=False)
    active_from = models.DateField()
    active_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("工会任职")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active_to__isnull=True) | models.Q(active_to__gt=models.F("active_from")),
                name="appointment_period",
            )
        ]
        indexes = [models.Index(fields=["officer", "active_from"], name="appointment_of_officer")]


class Notice(UuidModel):
    """
    What a union tells its members and everybody below it, from ``active_from`` to the day before ``active_to``. It is
    resolved when somebody looks, by the reader's unions. Withdrawing hides it and keeps it.
    """

    union = models.ForeignKey(Union, on_delete=models.PROTECT, related_name="notices")
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("内容"), max_length=3000)
    url = models.CharField(max_length=500, blank=True, help_text="a course or programme: a path of this site")
    url_title = models.CharField(max_length=120, blank=True, help_text="what it was called then")
    active_from = models.DateField(_("从哪天"))
    active_to = models.DateField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通知公告")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(active_to__gt=models.F("active_from")), name="notice_period"
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(text=""), name="notice_says_something"
            ),
            models.CheckConstraint(
                condition=models.Q(url="")
                | (models.Q(url__startswith="/") & ~models.Q(url__startswith="//")),
                name="notice_url_of_this_site",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="notice_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["union", "-active_to"], name="notice_of_union")]

    def __str__(self) -> str:
        return self.title


def _blind_index() -> "models.CharField[str | None, str | None]":
    """Null where there is no number, as in ``Person``."""
    return models.CharField(max_length=64, null=True)


class RollLine(models.Model):
    """
    One line of a roll that was brought in, judged and done by statements over many of them. Names and numbers are the
    very ciphertexts that ``Person`` gets, so that a million persons are made without decrypting one.
    """

    run = models.ForeignKey("core.ImportRun", on_delete=models.CASCADE, related_name="roll_lines")
    line = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=ImportRow.Action)
    outcome = models.CharField(max_length=10, choices=ImportRow.Outcome, default="", blank=True)
    errors = models.JSONField(default=list)
    raw = EncryptedTextField(blank=True, help_text="JSON: the cells of a refused line as they were read")
    name = models.TextField(blank=True, help_text="ciphertext of Person.name")
    name_index = _blind_index()
    phone = models.TextField(blank=True, help_text="ciphertext of Person.phone")
    phone_index = _blind_index()
    identity_number = models.TextField(blank=True, help_text="ciphertext of Person.identity_number")
    identity_index = _blind_index()
    display_name = models.CharField(max_length=40, blank=True)
    gender = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True)
    occupation_code = models.CharField(max_length=10, blank=True)
    level_rank = models.PositiveSmallIntegerField(null=True)
    is_migrant_worker = models.BooleanField(null=True)
    is_new_employment = models.BooleanField(null=True)
    unit = models.ForeignKey(
        Union, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    since = models.DateField(null=True, help_text="first day of the membership")
    moved_on = models.DateField(null=True, help_text="first day in the new union, of somebody who moves")
    target = models.UUIDField(null=True, help_text="Person.uuid, of a new person too")
    person_id = models.BigIntegerField(null=True, help_text="who the line means, if known before")
    membership_id = models.BigIntegerField(null=True, help_text="the membership that ends")
    ended_from = models.DateField(
        null=True, help_text="its first day, where it never held one and was deleted"
    )
    ended_union_id = models.BigIntegerField(null=True)
    made_id = models.BigIntegerField(null=True, help_text="the membership that was made")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="roll_line_once")]
        indexes = [
            models.Index(
                fields=["run", "action", "line"],
                condition=~models.Q(action__in=["new", "unchanged"]),
                name="roll_line_by_action",
            )
        ]


class RollPrior(models.Model):
    """What stood in a person's row before a line of a roll changed it, as it stood there, for taking it back."""

    line = models.OneToOneField(RollLine, on_delete=models.CASCADE, related_name="prior")
    name = models.TextField(blank=True)
    name_index = _blind_index()
    phone = models.TextField(blank=True)
    phone_index = _blind_index()
    identity_number = models.TextField(blank=True)
    identity_index = _blind_index()
    gender = models.CharField(max_length=1, blank=True)
    born_on = models.DateField(null=True)
    occupation_code = models.CharField(max_length=10, blank=True)
    level_rank = models.PositiveSmallIntegerField(null=True)
    is_migrant_worker = models.BooleanField()
    is_new_employment = models.BooleanField()
