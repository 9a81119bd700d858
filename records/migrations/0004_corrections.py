"""Objections, corrections and their evidence; what was filed and decided cannot be changed."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from records.db.corrections import guard_corrections


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0003_guest_session"),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("name", models.CharField(help_text="below the uploads", max_length=120)),
                ("content_type", models.CharField(max_length=40)),
                ("byte_size", models.BigIntegerField()),
                ("filed_by", models.UUIDField(help_text="Person.uuid")),
                ("filed_at", models.BigIntegerField(help_text="ms since the epoch")),
            ],
            options={
                "verbose_name": "佐证文件",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="evidence_file_hash"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("byte_size__gt", 0)), name="evidence_file_size"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("learner", models.UUIDField()),
                ("session", models.UUIDField()),
                ("lesson", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ahead_of_clock", "时间还没到"),
                            ("too_late", "传上来太晚"),
                            ("clock_used", "这段时间已经记过"),
                            ("faster_than_clock", "播放过快的部分"),
                            ("not_visible", "页面不在眼前"),
                            ("outside_part", "不在这节课的范围内"),
                            ("superseded", "已在另一台设备上开课"),
                            ("after_close", "这次学习已经结束"),
                            ("seq_reused", "同一编号前后不一致"),
                            ("missed_check", "没等到你点确认"),
                            ("day_cap", "当天已学满"),
                            ("part_cap", "这一段已计满"),
                            ("course_cap", "这门课已计满"),
                            ("lesson_withdrawn", "课程已下架"),
                            ("licence_expired", "离线许可已过期"),
                        ],
                        max_length=20,
                    ),
                ),
                ("policy", models.CharField(max_length=200)),
                ("ms", models.BigIntegerField(help_text="what was not counted, as the learner saw it")),
                ("words", models.CharField(max_length=200)),
                ("evidence", models.JSONField()),
                ("evidence_hash", models.CharField(max_length=64)),
                ("filed_at", models.BigIntegerField(help_text="ms since the epoch")),
                ("union", models.UUIDField(help_text="the union it was sent to")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "待答复"),
                            ("proposed", "待复核"),
                            ("upheld", "成立"),
                            ("not_upheld", "不成立"),
                        ],
                        default="filed",
                        max_length=12,
                    ),
                ),
                ("desk", models.UUIDField(help_text="union that has to answer")),
                ("due_on", models.DateField(help_text="last day for it")),
                ("escalations", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.CharField(blank=True, max_length=400)),
                ("answered_by", models.UUIDField(help_text="Person.uuid", null=True)),
                ("answered_at", models.BigIntegerField(null=True)),
                (
                    "first_entry",
                    models.BigIntegerField(help_text="n of the first entry that came of it", null=True),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.evidencefile",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "indexes": [
                    models.Index(fields=["desk", "state", "due_on"], name="objection_of_desk"),
                    models.Index(fields=["union", "state"], name="objection_of_union"),
                    models.Index(fields=["learner", "-filed_at"], name="objection_of_learner"),
                    models.Index(fields=["state", "due_on"], name="objection_by_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["filed", "proposed", "upheld", "not_upheld"])),
                        name="objection_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "ahead_of_clock",
                                    "too_late",
                                    "clock_used",
                                    "faster_than_clock",
                                    "not_visible",
                                    "outside_part",
                                    "superseded",
                                    "after_close",
                                    "seq_reused",
                                    "missed_check",
                                    "day_cap",
                                    "part_cap",
                                    "course_cap",
                                    "lesson_withdrawn",
                                    "licence_expired",
                                ],
                            )
                        ),
                        name="objection_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="objection_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence_hash__regex", "^[0-9a-f]{64}$")), name="objection_hash"
                    ),
                    models.CheckConstraint(condition=models.Q(("ms__gte", 0)), name="objection_ms"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "filed")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("state", "filed"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="objection_answer_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by__isnull", True),
                            models.Q(("answered_by", models.F("learner")), _negated=True),
                            _connector="OR",
                        ),
                        name="objection_not_judge_in_own_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_entry__isnull", False), ("state", "upheld")),
                            models.Q(
                                models.Q(("state", "upheld"), _negated=True), ("first_entry__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="objection_upheld_has_entry",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("learner", models.UUIDField()),
                ("kind", models.CharField(choices=[("reversal", "冲销"), ("grant", "补录")], max_length=8)),
                ("entry", models.BigIntegerField(help_text="n of the entry that is reversed", null=True)),
                ("kept_ms", models.BigIntegerField(default=0, help_text="what of the reversed entry stands")),
                ("ms", models.BigIntegerField(help_text="signed: what the learner's total changes by")),
                ("day", models.DateField()),
                (
                    "began_at",
                    models.BigIntegerField(help_text="ms since the epoch: when the time was studied"),
                ),
                ("union", models.UUIDField(null=True)),
                ("desk", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("objection_upheld", "学员的异议成立"),
                            ("device_fault", "设备或网络故障"),
                            ("system_fault", "系统差错"),
                            ("classroom", "线下集中学习"),
                            ("duplicate", "重复计时"),
                            ("not_in_person", "不是本人学的"),
                            ("mistake", "录入有误"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.CharField(max_length=400)),
                ("filed_by", models.UUIDField(help_text="Person.uuid")),
                ("filed_at", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("filed", "待复核"), ("approved", "已入账"), ("refused", "没有通过")],
                        default="filed",
                        max_length=8,
                    ),
                ),
                ("decided_by", models.UUIDField(help_text="Person.uuid: the second person", null=True)),
                ("decided_at", models.BigIntegerField(null=True)),
                ("decision", models.CharField(blank=True, max_length=400)),
                (
                    "first_entry",
                    models.BigIntegerField(help_text="n of the first entry that was written", null=True),
                ),
                ("last_entry", models.BigIntegerField(null=True)),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.evidencefile",
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="records.objection",
                    ),
                ),
            ],
            options={
                "verbose_name": "更正",
                "indexes": [
                    models.Index(fields=["desk", "state", "filed_at"], name="correction_of_desk"),
                    models.Index(fields=["learner", "-filed_at"], name="correction_of_learner"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry__isnull", False),
                                ("kept_ms__gte", 0),
                                ("kind", "reversal"),
                                ("ms__lt", 0),
                                ("objection__isnull", True),
                            ),
                            models.Q(
                                ("entry__isnull", True), ("kept_ms", 0), ("kind", "grant"), ("ms__gt", 0)
                            ),
                            _connector="OR",
                        ),
                        name="correction_kind_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ms__gte", -86400000), ("ms__lte", 86400000)),
                        name="correction_within_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("objection__isnull", False), ("evidence__isnull", False), _connector="OR"
                        ),
                        name="correction_has_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="correction_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("first_entry__isnull", True),
                                ("state", "filed"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("first_entry__isnull", True),
                                ("state", "refused"),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("first_entry__isnull", False),
                                ("last_entry__gte", models.F("first_entry")),
                                ("state", "approved"),
                            ),
                            _connector="OR",
                        ),
                        name="correction_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("filed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("filed_by", models.F("learner")), _negated=True),
                            models.Q(
                                ("decided_by__isnull", True),
                                models.Q(("decided_by", models.F("learner")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="correction_not_in_own_cause",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("entry__isnull", False), ("state__in", ["filed", "approved"])),
                        fields=("learner", "entry"),
                        name="correction_of_entry_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("objection__isnull", False), ("state__in", ["filed", "approved"])
                        ),
                        fields=("objection",),
                        name="correction_of_objection_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectionSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spans",
                        to="records.objection",
                    ),
                ),
                (
                    "span",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objection",
                        to="records.refusedspan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ObjectionStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("filed", "提出异议"),
                            ("proposed", "工会认为成立，等第二个人复核"),
                            ("returned", "复核没有通过，退回重新答复"),
                            ("escalated", "过了三个工作日，转到上一级工会"),
                            ("upheld", "异议成立"),
                            ("not_upheld", "异议不成立"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.BigIntegerField(help_text="ms since the epoch")),
                ("actor", models.UUIDField(help_text="Person.uuid; null when the clock did it", null=True)),
                ("desk", models.UUIDField(help_text="union that had to answer from then on")),
                ("words", models.CharField(blank=True, max_length=400)),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="records.objection",
                    ),
                ),
            ],
        ),
        migrations.RunPython(guard_corrections, migrations.RunPython.noop),
    ]
