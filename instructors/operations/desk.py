"""What each decision about the pool does beside: it is refused in one way, told and written down in one way."""

from datetime import datetime

from django.utils.translation import gettext as _

from core import inbox
from instructors.models import InstructorProfile

AUDIT_STREAM = "instructors"


class CannotVerify(ValueError):
    """
    Nobody verifies what is their own (``own``), nor one that was withdrawn (``withdrawn``), nor one whose public
    notice runs (``notice``); a public notice of a verified one is none (``verified``). The message says which.
    """


def tell(profile: InstructorProfile, *, what: str, title: str, body: str, key: str, now: datetime) -> None:
    """Let an instructor know where something of the own stands."""
    inbox.send(
        to=profile.person.uuid,
        kind=f"instructor.{what}",
        title=title,
        body=body,
        url=f"/instructors/{profile.slug}/" if profile.is_listed else "",
        action=_("看我的师资页") if profile.is_listed else "",
        source=f"instructor:{profile.uuid}",
        source_name=_("师资管理"),
        key=key,
        at=now,
    )
