"""What each course teaches of a standard's level, counted once for the coverage map."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0005_course_packages"),
        ("occupations", "0004_weights_and_sizes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseCoverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "taught",
                    models.TextField(
                        help_text="hexadecimal: bit n is the n-th requirement of the level in the standard's order, which is frozen"
                    ),
                ),
                (
                    "lessons",
                    models.PositiveIntegerField(help_text="that teach at least one requirement of the level"),
                ),
                ("ms", models.BigIntegerField(help_text="of these lessons")),
                ("published_at", models.DateTimeField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.coursepage"
                    ),
                ),
                (
                    "standard_level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="occupations.standardlevel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("course", "standard_level"), name="course_coverage_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lessons__gt", 0),
                            ("ms__gte", 0),
                            models.Q(("taught__in", ["", "0"]), _negated=True),
                        ),
                        name="course_coverage_teaches",
                    ),
                ],
            },
        ),
    ]
