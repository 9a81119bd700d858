"""At most one place per union and line, and one membership per member, on any day; no child of a level that its parent does not
manage."""

from django.db import migrations

from unions.db import forbid_overlap, forbid_wrong_level


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
        migrations.RunPython(forbid_wrong_level(), migrations.RunPython.noop),
    ]
