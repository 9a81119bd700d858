"""Issued transcripts; what was issued cannot be changed, and what was revoked stays revoked."""

import uuid

from django.db import migrations, models

import core.fields
from records.db.transcripts import guard_transcripts


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transcript",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("learner", models.UUIDField()),
                (
                    "code",
                    core.fields.EncryptedTextField(help_text="128 random bits, for the holder's own list"),
                ),
                ("code_hash", models.CharField(help_text="SHA-256 of the code", max_length=64, unique=True)),
                ("document", core.fields.EncryptedTextField()),
                ("digest", models.CharField(help_text="SHA-256 of the document", max_length=64)),
                ("signing_key", models.CharField(max_length=40)),
                ("signature", models.CharField(help_text="Ed25519 of the document, hex", max_length=128)),
                ("chains", models.JSONField()),
                (
                    "pdf_sha256",
                    models.CharField(blank=True, help_text="empty: it could not be set then", max_length=64),
                ),
                ("pdf_name", models.CharField(blank=True, help_text="below the uploads", max_length=120)),
                (
                    "shows_name",
                    models.BooleanField(default=False, help_text="the public page may show the whole name"),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("ms", models.BigIntegerField(help_text="credited in these days when it was issued")),
                ("issued_at", models.BigIntegerField(help_text="ms since the epoch")),
                ("expires_on", models.DateField(help_text="the first day on which it is not valid")),
                ("revoked_at", models.BigIntegerField(help_text="ms since the epoch", null=True)),
            ],
            options={
                "verbose_name": "学时证明",
                "indexes": [models.Index(fields=["learner", "-issued_at"], name="transcript_of_learner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code_hash__regex", "^[0-9a-f]{64}$")),
                        name="transcript_code_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="transcript_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pdf_name", ""), ("pdf_sha256", "")),
                            ("pdf_sha256__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="transcript_pdf",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="transcript_days_forwards",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True),
                            ("revoked_at__gte", models.F("issued_at")),
                            _connector="OR",
                        ),
                        name="transcript_revoked_after_issue",
                    ),
                ],
            },
        ),
        migrations.RunPython(guard_transcripts, migrations.RunPython.noop),
    ]
