"""One standard in force per occupation and day; what was published does not change."""

from django.db import migrations

from occupations.db import forbid_two_in_force, freeze_published


class Migration(migrations.Migration):
    dependencies = [("occupations", "0002_standards")]
    operations = [
        migrations.RunPython(forbid_two_in_force, migrations.RunPython.noop),
        migrations.RunPython(freeze_published, migrations.RunPython.noop),
    ]
