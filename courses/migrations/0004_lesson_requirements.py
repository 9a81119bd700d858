"""Which requirements of the standard a lesson teaches, in the editor and in editions."""

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0003_safety_notices"),
        ("occupations", "0003_standards_guarded"),
    ]

    operations = [
        migrations.CreateModel(
            name="LessonRequirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="occupations.standardrequirement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lesson", "requirement"), name="lesson_requirement_once")
                ],
            },
        ),
        # A relation through a table of its own has no column; SQLite would copy the whole table for it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="lessonpage",
                    name="requirements",
                    field=modelcluster.fields.ParentalManyToManyField(
                        blank=True,
                        help_text="这节教会了哪几条，就勾哪几条。勾得准，缺什么课一看就知道。",
                        related_name="+",
                        through="courses.LessonRequirement",
                        to="occupations.standardrequirement",
                        verbose_name="对应的标准要求",
                    ),
                )
            ]
        ),
        migrations.CreateModel(
            name="EditionRequirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requirements",
                        to="courses.editionlesson",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="occupations.standardrequirement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lesson", "requirement"), name="edition_requirement_once")
                ],
            },
        ),
    ]
