"""What every act of an officer on other people's time asks first, and leaves behind."""

from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api import User
from core import audit, display, inbox
from core.clock import day_of, from_ms
from media.api import KeptFile
from records.corrections.errors import NotInScope, OwnCause, WordsMissing
from records.corrections.queries import DUTY, desks_of, standing_desk
from records.learners import own_chains
from records.models import Correction, EvidenceFile
from unions.api import Union, officers_of, union_above

STREAM = "records"


def check_officer(officer: User, *, desk: UUID, learner: UUID, now: int) -> None:
    """
    Let an officer act on a learner's time only at a desk in scope, and never on the own.

    :raises NotInScope: if no appointment of that day reaches there.
    :raises OwnCause: if the learner is the officer, under whatever uuid.
    """
    if not may_act(officer, desk=desk, on=day_of(now)):
        raise NotInScope
    if own_chains(officer.person) & {learner}:
        raise OwnCause


def may_act(officer: User, *, desk: UUID, on: date | None = None) -> bool:
    """Tell whether an officer may answer and decide at a desk, or for one that stands no more."""
    standing = standing_desk(desk)
    return standing is not None and desks_of(officer, write=True, on=on).filter(uuid=standing).exists()


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


def ask_second_person(correction: Correction, now: int) -> None:
    """
    Give a correction as a task to the others who may decide it: at its own union, or, where nobody else is appointed or it
    stands no more, at the nearest one that follows. Who has the task already gets none again.
    """
    desk = standing_desk(correction.desk)
    while desk is not None:
        union = Union.objects.get(uuid=desk)
        others = set(officers_of(union, DUTY, on=day_of(now))) - {correction.filed_by, correction.learner}
        if others:
            inbox.send_to_many(
                to=sorted(others),
                kind="correction.task",
                title=_("有一笔学时更正等复核"),
                body=_("{day}的学时，{time}。要第二个人复核才入账。").format(
                    day=display.day(correction.day), time=display.spoken(abs(correction.ms))
                ),
                url=reverse("records:desk_correction", args=[union.uuid, correction.uuid]),
                action=_("去复核"),
                source_name=union.name,
                is_task=True,
                key=second_person_task(correction),
                at=from_ms(now),
            )
            return
        desk = union_above(desk)


def second_person_task(correction: Correction) -> str:
    """Return the key under which the deciding of a correction is a task."""
    return f"correction:{correction.uuid}"


def note(action: str, *, actor: UUID | None, target: str, address: str, **detail: Any) -> None:
    """Write an act into the audit log: keys and uuids, never words of a person. The last act of a transaction."""
    audit.record(stream=STREAM, action=action, actor=actor, target=target, address=address, detail=detail)
