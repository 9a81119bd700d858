"""What every act of an officer on other people's time asks first, and leaves behind."""

from typing import Any
from uuid import UUID

from accounts.api import Person, User
from core import audit
from core.clock import day_of
from media.api import KeptFile
from records.corrections.errors import NotInScope, OwnCause, WordsMissing
from records.corrections.queries import desks_of
from records.models import EvidenceFile

STREAM = "records"


def check_officer(officer: User, *, desk: UUID, learner: UUID, now: int) -> None:
    """
    Let an officer act on a learner's time only at a desk in scope, and never on the own.

    :raises NotInScope: if no appointment of that day reaches there.
    :raises OwnCause: if the learner is the officer, under whatever uuid.
    """
    if not desks_of(officer, write=True, on=day_of(now)).filter(uuid=desk).exists():
        raise NotInScope
    if own_chains(officer.person) & {learner}:
        raise OwnCause


def own_chains(person: Person) -> set[UUID]:
    """Return the uuids under which a person has studied: merged duplicates keep their chains."""
    return {person.uuid, *person.aliases.values_list("alias", flat=True)}


def said(words: str, longest: int) -> str:
    """
    Return words in one line, cut to a length.

    :raises WordsMissing: if there are none.
    """
    text = " ".join(words.replace("\x00", "").split())[:longest]
    if not text:
        raise WordsMissing
    return text


def file_of(kept: KeptFile | None, *, by: UUID, now: int) -> EvidenceFile | None:
    """Write down a file that was kept before; None stays None."""
    if kept is None:
        return None
    return EvidenceFile.objects.create(
        sha256=kept.sha256,
        name=kept.name,
        content_type=kept.content_type,
        byte_size=kept.byte_size,
        filed_by=by,
        filed_at=now,
    )


def note(action: str, *, actor: UUID | None, target: str, address: str, **detail: Any) -> None:
    """Write an act into the audit log: keys and uuids, never words of a person. The last act of a transaction."""
    audit.record(stream=STREAM, action=action, actor=actor, target=target, address=address, detail=detail)
