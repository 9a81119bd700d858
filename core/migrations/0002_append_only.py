"""The audit log refuses change in the database itself."""

from django.db import migrations

from core.db import make_append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunPython(
            make_append_only("core_auditrow", unique=[("stream", "n")]), migrations.RunPython.noop
        )
    ]
