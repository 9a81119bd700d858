"""Whose turn a review is, the six points, remarks at their place, the log that only grows, moves between editions."""

import uuid

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.db import make_append_only


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0006_course_coverage"),
        ("unions", "0002_no_overlap"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewtask",
            name="asks_points",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="内容、形式、意识形态、视频格式、视频质量、版权，每项都要有结论。",
                verbose_name="逐项审六个方面",
            ),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="workdays",
            field=models.PositiveSmallIntegerField(
                db_default=5,
                default=5,
                help_text="从轮到这一环节的下一个工作日算起。",
                verbose_name="几个工作日内审完",
            ),
        ),
        migrations.CreateModel(
            name="ReviewTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("started_at", models.DateTimeField()),
                ("due_on", models.DateField(help_text="last day for it")),
                ("reminded_on", models.DateField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="courses.courseedition",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_turns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.reviewtask"
                    ),
                ),
                (
                    "task_state",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_turn",
                        to="wagtailcore.taskstate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "point",
                    models.CharField(
                        choices=[
                            ("content", "内容"),
                            ("form", "形式"),
                            ("ideology", "意识形态"),
                            ("video_format", "视频格式"),
                            ("video_quality", "视频质量"),
                            ("copyright", "版权"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("pass", "通过"), ("mend", "要改"), ("none", "不涉及")], max_length=4
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=500)),
                ("judged_at", models.DateTimeField()),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="courses.reviewturn",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("lesson", models.UUIDField(help_text="LessonPage.uuid; null: the course itself", null=True)),
                ("page_id", models.BigIntegerField(help_text="the page to open in the editor")),
                ("title", models.CharField(help_text="of the lesson or course at that time", max_length=255)),
                ("place", models.CharField(blank=True, max_length=12)),
                ("block", models.CharField(blank=True, max_length=36)),
                ("quote", models.CharField(blank=True, max_length=120)),
                ("words", models.CharField(max_length=1000)),
                ("written_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="courses.courseedition",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="courses.reviewturn",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EditionMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("moved_at", models.DateTimeField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="courses.enrolment",
                    ),
                ),
                (
                    "from_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.courseedition",
                    ),
                ),
                (
                    "to_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.courseedition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_edition", models.F("to_edition")), _negated=True),
                        name="edition_move_moves",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("submitted_at", models.DateTimeField()),
                ("course", models.JSONField(help_text="the fields of the edition that people read")),
                (
                    "lessons",
                    models.JSONField(help_text="list of lessons as courses.review.versions writes them"),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="courses.courseedition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "number"), name="edition_round_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewDuty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "trade",
                    models.CharField(
                        blank=True,
                        help_text="写开头就管一整类，例如 6-18 是机械制造基础加工。不写就是所有职业。",
                        max_length=10,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[1-8](-\\d\\d){0,3}$", "写职业代码或它的开头，例如 6-18-02-04 或 6-18。"
                            )
                        ],
                        verbose_name="职业代码",
                    ),
                ),
                ("active_from", models.DateField(verbose_name="从哪天起")),
                (
                    "active_to",
                    models.DateField(
                        blank=True, help_text="这一天起不再分给他。", null=True, verbose_name="到哪天止"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_duties",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="courses.reviewtask",
                        verbose_name="环节",
                    ),
                ),
                (
                    "union",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="unions.union",
                        verbose_name="工会",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核分工",
                "verbose_name_plural": "审核分工",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True),
                            ("active_to__gte", models.F("active_from")),
                            _connector="OR",
                        ),
                        name="review_duty_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trade", ""), ("trade__regex", "^[1-8](-\\d\\d){0,3}$"), _connector="OR"
                        ),
                        name="review_duty_trade",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewLogEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("submitted", "送审"),
                            ("assigned", "分给"),
                            ("commented", "写了意见"),
                            ("settled", "意见改好了"),
                            ("approved", "通过"),
                            ("returned", "退回修改"),
                            ("handed_over", "转交"),
                            ("reminded", "提醒"),
                            ("escalated", "超期上报"),
                            ("published", "发布"),
                            ("withdrawn", "停用"),
                            ("lifted", "恢复"),
                        ],
                        max_length=12,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=255)),
                ("actor", models.UUIDField(help_text="Person.uuid; null: the calendar did it", null=True)),
                ("concerns", models.UUIDField(help_text="Person.uuid of who got the turn", null=True)),
                ("words", models.TextField(blank=True)),
                ("detail", models.JSONField(default=dict)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_log",
                        to="courses.courseedition",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["edition", "id"], name="review_log_of_edition")],
            },
        ),
        migrations.AddIndex(
            model_name="reviewturn",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["started_at", "id"],
                name="review_turn_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("edition",),
                name="review_turn_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("started_at")), _connector="OR"
                ),
                name="review_turn_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpoint",
            constraint=models.UniqueConstraint(fields=("turn", "point"), name="review_point_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "mend"), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="review_point_mend_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["pass", "mend", "none"])), name="review_point_verdict"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewcomment",
            index=models.Index(fields=["edition", "settled_at"], name="review_comment_open"),
        ),
        migrations.AddConstraint(
            model_name="reviewcomment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                    models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                    _connector="OR",
                ),
                name="review_comment_settled_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewcomment",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="review_comment_has_words"
            ),
        ),
        migrations.RunPython(make_append_only("courses_reviewlogentry"), migrations.RunPython.noop),
    ]
