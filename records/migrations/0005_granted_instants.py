"""Instants that officers gave are kept beside the clock, so that late beats do not count on them once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="studystate",
            name="granted",
            field=models.TextField(
                default="",
                help_text="instants that officers gave: no beat that arrives later counts on them again",
            ),
        ),
    ]
