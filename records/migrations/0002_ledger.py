"""The ledger's own table, and the database's refusal to change what is written once."""

from django.db import migrations

from records.db import create_ledger, drop_ledger


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("core", "0002_append_only")]
    operations = [migrations.RunPython(create_ledger, drop_ledger)]
