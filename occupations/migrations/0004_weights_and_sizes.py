"""Both columns of a published level's weights add up to 100; how many requirements a published level has is noted."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count

from occupations.db import require_full_weights


def count_published(apps: Any, schema_editor: Any) -> None:
    """Note the sizes of what was published before."""
    levels = apps.get_model("occupations", "StandardLevel").objects.order_by()
    counted = levels.filter(standard__published_at__isnull=False).annotate(
        n=Count("functions__tasks__requirements")
    )
    LevelSize = apps.get_model("occupations", "LevelSize")
    LevelSize.objects.bulk_create(
        LevelSize(standard_level_id=level, requirements=n)
        for level, n in counted.filter(n__gt=0).values_list("pk", "n")
    )


class Migration(migrations.Migration):
    dependencies = [("occupations", "0003_standards_guarded")]
    operations = [
        migrations.CreateModel(
            name="LevelSize",
            fields=[
                (
                    "standard_level",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="size",
                        serialize=False,
                        to="occupations.standardlevel",
                    ),
                ),
                ("requirements", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("requirements__gt", 0)), name="level_size_positive"
                    )
                ]
            },
        ),
        migrations.RunPython(count_published, migrations.RunPython.noop),
        migrations.RunPython(require_full_weights, migrations.RunPython.noop),
    ]
