"""A learner's month is summed by the days its time is booked on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0002_ledger")]
    operations = [
        migrations.AddIndex(
            model_name="dailystudy",
            index=models.Index(fields=["learner", "booked_on"], name="daily_study_of_learner"),
        )
    ]
