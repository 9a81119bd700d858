"""At most one place per union and line, and one membership per member, on any day."""

from django.db import migrations

from unions.db import forbid_overlap


class Migration(migrations.Migration):
    dependencies = [("unions", "0001_initial")]
    operations = [
        migrations.RunPython(
            forbid_overlap(
                table="unions_unionplace", keys=["union_id", "line"], name="union_place_one_at_a_time"
            ),
            migrations.RunPython.noop,
        ),
        migrations.RunPython(
            forbid_overlap(table="unions_membership", keys=["member_id"], name="membership_one_at_a_time"),
            migrations.RunPython.noop,
        ),
    ]
