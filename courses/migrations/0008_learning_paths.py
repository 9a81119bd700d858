"""Learning paths: ladders of courses by level, with prerequisites."""

import uuid

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0007_review"),
        ("occupations", "0004_weights_and_sizes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LearningPath",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="一两句话：从哪里学起，每一级学完能做什么。",
                        max_length=300,
                        verbose_name="怎么走",
                    ),
                ),
                (
                    "is_public",
                    models.BooleanField(
                        default=False, help_text="不勾就是草稿，学员看不到，也不管先后。", verbose_name="公开"
                    ),
                ),
                (
                    "occupation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="learning_path",
                        to="occupations.occupation",
                        verbose_name="职业",
                    ),
                ),
            ],
            options={
                "verbose_name": "学习路径",
                "verbose_name_plural": "学习路径",
            },
        ),
        migrations.CreateModel(
            name="PathCourse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "is_required",
                    models.BooleanField(
                        default=True, help_text="不勾是选学，不算在“还差几门”里。", verbose_name="必学"
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.coursepage",
                        verbose_name="课程",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="occupations.skilllevel",
                        verbose_name="等级",
                    ),
                ),
                (
                    "path",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="courses.learningpath",
                    ),
                ),
            ],
            options={
                "ordering": ["sort_order"],
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("path", "course"), name="path_course_once")],
            },
        ),
        migrations.CreateModel(
            name="PathPrerequisite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "bars",
                    models.BooleanField(
                        default=False,
                        help_text="不勾只是提醒，学员可以先学后面的。",
                        verbose_name="没学完不能开始",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.coursepage",
                        verbose_name="学这门",
                    ),
                ),
                (
                    "needs",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.coursepage",
                        verbose_name="之前先学",
                    ),
                ),
                (
                    "path",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prerequisites",
                        to="courses.learningpath",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("path", "course", "needs"), name="path_prerequisite_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("course", models.F("needs")), _negated=True),
                        name="path_prerequisite_not_itself",
                    ),
                ],
            },
        ),
    ]
