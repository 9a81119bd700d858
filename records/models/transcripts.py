"""
What a learner had written out of the own ledger, for somebody else to rely on. An issue is a row that stays as it was:
see ``records.db.transcripts``. Name and code are ciphertext, and all that an erasure has to blank.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.models import UuidModel

_SHA256 = r"^[0-9a-f]{64}$"


class Transcript(UuidModel):
    """
    One 学时证明: the signed document, the heads of the chains it was read from, and the code that opens its public page.

    ``document`` is the canonical JSON that ``digest`` and ``signature`` are of; ``chains`` are ``[learner, entries,
    head]``, one for each uuid under which the person has studied.
    """

    learner = models.UUIDField()
    code = EncryptedTextField(help_text="128 random bits, for the holder's own list")
    code_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the code")
    document = EncryptedTextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document")
    signing_key = models.CharField(max_length=40)
    signature = models.CharField(max_length=128, help_text="Ed25519 of the document, hex")
    chains = models.JSONField()
    pdf_sha256 = models.CharField(max_length=64, blank=True, help_text="empty: it could not be set then")
    pdf_name = models.CharField(max_length=120, blank=True, help_text="below the uploads")
    shows_name = models.BooleanField(default=False, help_text="the public page may show the whole name")
    first_day = models.DateField()
    last_day = models.DateField()
    ms = models.BigIntegerField(help_text="credited in these days when it was issued")
    issued_at = models.BigIntegerField(help_text="ms since the epoch")
    expires_on = models.DateField(help_text="the first day on which it is not valid")
    revoked_at = models.BigIntegerField(null=True, help_text="ms since the epoch")

    class Meta:
        verbose_name = _("学时证明")
        constraints = [
            models.CheckConstraint(condition=Q(code_hash__regex=_SHA256), name="transcript_code_hash"),
            models.CheckConstraint(condition=Q(digest__regex=_SHA256), name="transcript_digest"),
            models.CheckConstraint(
                condition=Q(pdf_sha256="", pdf_name="") | Q(pdf_sha256__regex=_SHA256), name="transcript_pdf"
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="transcript_days_forwards"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("issued_at")),
                name="transcript_revoked_after_issue",
            ),
        ]
        indexes = [models.Index(fields=["learner", "-issued_at"], name="transcript_of_learner")]
