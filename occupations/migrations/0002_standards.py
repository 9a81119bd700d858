"""Occupational standards: editions, levels with their weights, functions, tasks, requirements."""

import uuid

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("occupations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OccupationalStandard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "edition",
                    models.CharField(
                        help_text="例如 2026 年版。内容改了，就要换一个版本。",
                        max_length=20,
                        verbose_name="版本",
                    ),
                ),
                (
                    "is_example",
                    models.BooleanField(
                        default=True,
                        help_text="不是国家公布的文本。打上勾，每一页都会写明。",
                        verbose_name="示例",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="谁编的，依据什么；国家公布的写文号。",
                        max_length=300,
                        verbose_name="来源",
                    ),
                ),
                ("licence", models.CharField(blank=True, max_length=100, verbose_name="许可")),
                ("definition", models.TextField(blank=True, verbose_name="职业定义")),
                ("active_from", models.DateField(blank=True, null=True, verbose_name="生效日期")),
                (
                    "active_to",
                    models.DateField(
                        blank=True, help_text="从这天起不再有效", null=True, verbose_name="失效日期"
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "occupation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standards",
                        to="occupations.occupation",
                        verbose_name="职业",
                    ),
                ),
            ],
            options={
                "verbose_name": "职业标准",
                "verbose_name_plural": "职业标准",
                "constraints": [
                    models.UniqueConstraint(fields=("occupation", "edition"), name="standard_edition_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True),
                            ("active_to__gt", models.F("active_from")),
                            _connector="OR",
                        ),
                        name="standard_validity_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_at__isnull", True), ("active_from__isnull", False), _connector="OR"
                        ),
                        name="standard_published_has_begin",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardBasic",
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
                        choices=[("ethics", "职业道德"), ("knowledge", "基础知识")], max_length=10
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=400)),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="basics",
                        to="occupations.occupationalstandard",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("standard", "kind", "number"), name="standard_basic_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "hours",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="标准学时，一学时 45 分钟", verbose_name="培训学时"
                    ),
                ),
                (
                    "ethics_weight",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="百分数，0 到 100", verbose_name="职业道德"
                    ),
                ),
                (
                    "basics_weight",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="百分数，0 到 100", verbose_name="基础知识"
                    ),
                ),
                ("teacher_years", models.PositiveSmallIntegerField(default=0, verbose_name="持证年数")),
                (
                    "teacher_title",
                    models.CharField(
                        blank=True,
                        choices=[("", "不看职称"), ("middle", "中级职称"), ("senior", "高级职称")],
                        default="",
                        max_length=10,
                        verbose_name="或者有",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="occupations.skilllevel",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="levels",
                        to="occupations.occupationalstandard",
                    ),
                ),
                (
                    "teacher_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="occupations.skilllevel",
                        verbose_name="教的人至少是",
                    ),
                ),
            ],
            options={
                "ordering": ["level_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("standard", "level"), name="standard_level_once"),
                    models.CheckConstraint(
                        condition=models.Q(("hours__range", (0, 2000))), name="standard_level_hours"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ethics_weight__range", (0, 100)), ("basics_weight__range", (0, 100))
                        ),
                        name="standard_level_weights",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardFunction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="职业功能")),
                (
                    "theory_weight",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="百分数，0 到 100", verbose_name="理论知识"
                    ),
                ),
                (
                    "skill_weight",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="百分数，0 到 100", verbose_name="技能要求"
                    ),
                ),
                (
                    "standard_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="functions",
                        to="occupations.standardlevel",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("standard_level", "number"), name="standard_function_once"
                    ),
                    models.UniqueConstraint(
                        fields=("standard_level", "name"), name="standard_function_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("theory_weight__range", (0, 100)), ("skill_weight__range", (0, 100))
                        ),
                        name="standard_function_weights",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="编号")),
                ("name", models.CharField(max_length=80, verbose_name="工作内容")),
                (
                    "is_hazardous",
                    models.BooleanField(
                        default=False, help_text="教这一项的课时要有安全提示。", verbose_name="有危险"
                    ),
                ),
                (
                    "function",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="occupations.standardfunction",
                        verbose_name="职业功能",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作内容",
                "verbose_name_plural": "工作内容和要求",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("function", "number"), name="standard_task_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardRequirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("skill", "技能要求"), ("knowledge", "相关知识要求")],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="编号")),
                ("text", models.CharField(max_length=400, verbose_name="要求")),
                (
                    "task",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requirements",
                        to="occupations.standardtask",
                    ),
                ),
            ],
            options={
                "verbose_name": "要求",
                "ordering": ["-kind", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "kind", "number"), name="standard_requirement_once"
                    )
                ],
            },
        ),
    ]
