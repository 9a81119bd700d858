"""Issuing a transcript, and taking it back. Each is a row, and a row in the audit log."""

import hashlib
import uuid as uuids
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.api import Person
from core import audit
from core.clock import day_of
from core.db import lock_rows, snapshot
from core.keys import sign
from media.api import PAPER_TYPES, KeptFile, keep_private_file
from records.learners import own_chains
from records.ledger.heads import canonical
from records.models import Transcript
from records.transcripts import rules
from records.transcripts.document import chains_of, document_of, read_sums
from records.transcripts.pdf import NotSet, set_sheet
from records.transcripts.presentation import address_of, sheet
from unions.api import membership_on

STREAM = "records"


@dataclass(frozen=True, slots=True)
class Issued:
    """A transcript, and where it has no PDF the reason (``NotSet.why``)."""

    transcript: Transcript
    no_pdf: str


def issue_transcript(
    *, person: Person, first: date, last: date, valid_days: int, shows_name: bool, now: int, address: str = ""
) -> Issued:
    """
    Issue a transcript of a person's own ledger for these days. It is read at one instant, signed, set, and then written
    down: no program runs inside the transaction. Where no PDF can be set it is issued without one.

    :raises DaysWrong: see ``rules.checked_days``.
    :raises NothingToCertify: if nothing that was credited stands in these days.
    """
    today = day_of(now)
    days = rules.checked_days(first, last, today)
    with snapshot():
        chains = chains_of(own_chains(person))
        sums = read_sums(chains, *days)
    if sums.total_ms <= 0:
        raise rules.NothingToCertify
    home = membership_on(person.uuid, today)
    uuid, code = uuids.uuid4(), rules.new_code()
    document = document_of(
        uuid=uuid,
        address=f"{settings.SITE_URL}{address_of(code)}",
        person=person,
        union=home.union.name if home else "",
        days=days,
        chains=chains,
        sums=sums,
        now=now,
        valid_days=valid_days,
    )
    octets = canonical(document)
    key, signature = sign(octets)
    digest = hashlib.sha256(octets).hexdigest()
    kept, why = _set(document, digest, key, now)
    transcript = Transcript(
        uuid=uuid,
        learner=person.uuid,
        code=code,
        code_hash=rules.code_hash(code),
        document=octets.decode(),
        digest=digest,
        signing_key=key,
        signature=signature.hex(),
        chains=[[str(chain.learner), chain.entries, chain.head] for chain in chains],
        pdf_sha256=kept.sha256 if kept else "",
        pdf_name=kept.name if kept else "",
        shows_name=shows_name,
        first_day=days[0],
        last_day=days[1],
        ms=sums.total_ms,
        issued_at=now,
        expires_on=document["expires_on"],
    )
    with transaction.atomic():
        transcript.save(force_insert=True)
        _note("transcript.issue", transcript, person.uuid, address, ms=sums.total_ms, digest=digest)
    transcript.refresh_from_db()
    return Issued(transcript, why)


def _set(document: dict[str, object], digest: str, key: str, now: int) -> tuple[KeptFile | None, str]:
    try:
        pdf = set_sheet(sheet(document, digest=digest, key=key), at_ms=now)
    except NotSet as error:
        return None, error.why
    return keep_private_file(file=ContentFile(pdf), allowed=PAPER_TYPES), ""


@transaction.atomic
def revoke_transcript(*, transcript: UUID, person: Person, now: int, address: str = "") -> Transcript:
    """
    Take a transcript back, as its holder: its public page says so from now on. Doing it twice changes nothing.

    :raises Transcript.DoesNotExist: if it is not this person's.
    """
    found = lock_rows(Transcript.objects.filter(uuid=transcript, learner__in=own_chains(person))).get()
    if found.revoked_at is None:
        found.revoked_at = max(now, found.issued_at)
        found.save(update_fields=["revoked_at"])
        _note("transcript.revoke", found, person.uuid, address)
    return found


def _note(action: str, transcript: Transcript, actor: UUID, address: str, **detail: object) -> None:
    audit.record(
        stream=STREAM,
        action=action,
        actor=actor,
        target=f"transcript:{transcript.uuid}",
        address=address,
        detail=detail,
    )
