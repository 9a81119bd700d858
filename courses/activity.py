"""The name of a lesson in statements and in the ledger."""

from uuid import UUID

from django.conf import settings


def activity_iri(lesson: UUID) -> str:
    """Return the IRI of a lesson: its address on this site, the same in each edition."""
    return f"{settings.SITE_URL}/learn/{lesson}/"
