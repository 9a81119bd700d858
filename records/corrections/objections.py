"""What learner, officer and clock do with an objection. Time is an argument."""

from datetime import date
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api import User
from core import display, inbox
from core.clock import day_of, from_ms
from core.db import fair_turn, lock_rows
from media.api import KeptFile
from records.corrections import desk as at_desk
from records.corrections import errors
from records.corrections.evidence import evidence_hash, frozen_evidence
from records.corrections.queries import DUTY, refused_together, shares_of, spans_of
from records.corrections.rules import due_on, is_overdue
from records.db import lock_chain
from records.models import Correction, Objection, ObjectionSpan, ObjectionStep, StudySession
from records.queries import refused_ms
from unions.api import Union, answering_union, officers_of, union_above, union_of

log = structlog.get_logger(__name__)
WORDS = 200
ANSWER = 400
OBJECTIONS_A_DAY = 30
"""Of one person: far more than an honest day has spans."""


@transaction.atomic
def file_objection(
    *, learner: UUID, span: int, words: str, now: int, photo: KeptFile | None = None, address: str = ""
) -> Objection:
    """
    File an objection to a refused span (its pk) and those shown with it in one row, with what the record knows of them.

    The learner's union of that day answers, or today's if there was none. ``photo`` was kept before.

    :raises NoSuchSpan: if the learner has no such span.
    :raises AlreadyObjected: if it was objected to before.
    :raises NobodyAnswers: if the learner has no union.
    :raises WordsMissing: if nothing is said.
    """
    lock_chain(learner)
    words = at_desk.said(words, WORDS)
    if ObjectionSpan.objects.filter(span=span, objection__learner=learner).exists():
        raise errors.AlreadyObjected
    spans = refused_together(learner, span)
    if span not in {row.pk for row in spans}:
        raise errors.NoSuchSpan
    first = next(row for row in spans if row.pk == span)
    home = answering_union(learner, (first.day, day_of(now)))
    if home is None:
        raise errors.NobodyAnswers
    session = StudySession.objects.get(pk=first.session)
    file = at_desk.file_of(photo, by=learner, now=now)
    document = frozen_evidence(
        spans=spans, session=session, words=words, photo_hash=file.sha256 if file else None, filed_at=now
    )
    objection = Objection.objects.create(
        learner=learner,
        session=first.session,
        lesson=first.lesson,
        day=first.day,
        reason=first.reason,
        policy=first.policy,
        ms=refused_ms(spans),
        words=words,
        photo=file,
        evidence=document,
        evidence_hash=evidence_hash(document),
        filed_at=now,
        union=home.uuid,
        desk=home.uuid,
        due_on=due_on(day_of(now)),
    )
    ObjectionSpan.objects.bulk_create([ObjectionSpan(objection=objection, span=row) for row in spans])
    _step(objection, ObjectionStep.Kind.FILED, now, actor=learner, words=words)
    _tell_officers(objection, home, now)
    at_desk.note(
        "objection.file",
        actor=learner,
        target=f"objection:{objection.uuid}",
        address=address,
        union=home.uuid,
        evidence=objection.evidence_hash,
    )
    return objection


@transaction.atomic
def answer_objection(
    *,
    objection: UUID,
    officer: User,
    upheld: bool,
    words: str,
    now: int,
    ms: int | None = None,
    paper: KeptFile | None = None,
    address: str = "",
) -> Objection:
    """
    Answer an objection. Not upheld, it is answered at once. Upheld, a grant of ``ms`` (None: of all that can be given
    back) is filed, and the learner hears of it when a second person has approved it (``decide_correction``).

    :raises AlreadyDecided: if it does not wait for an answer.
    :raises NotInScope: if the officer has no right at the desk; OwnCause if the officer is the learner.
    :raises NothingToGive: if nothing of it can be credited; TooMuch if ``ms`` is more than can.
    :raises WordsMissing: if no reason is given.
    """
    found = _locked(objection)
    if found.state != Objection.State.FILED:
        raise errors.AlreadyDecided
    at_desk.check_officer(officer, desk=found.desk, learner=found.learner, now=now)
    found.answer = at_desk.said(words, ANSWER)
    found.answered_by = officer.person.uuid
    found.answered_at = now
    file = at_desk.file_of(paper, by=found.answered_by, now=now)
    if upheld:
        correction = _propose(found, ms, file.pk if file else None, found.answered_by, now)
        at_desk.ask_second_person(correction, now)
        found.state = Objection.State.PROPOSED
        _step(found, ObjectionStep.Kind.PROPOSED, now, actor=found.answered_by, words=found.answer)
        detail = {"upheld": True, "ms": correction.ms, "correction": correction.uuid}
    else:
        found.state = Objection.State.NOT_UPHELD
        _step(found, ObjectionStep.Kind.NOT_UPHELD, now, actor=found.answered_by, words=found.answer)
        _tell_learner(found, _("异议有答复了：没有成立"), found.answer, now)
        detail = {"upheld": False}
    found.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    inbox.settle(key=_task(found), at=from_ms(now))
    at_desk.note(
        "objection.answer",
        actor=found.answered_by,
        target=f"objection:{found.uuid}",
        address=address,
        **detail,
    )
    return found


def _propose(objection: Objection, ms: int | None, paper: int | None, by: UUID, now: int) -> Correction:
    """File the grant that upholds an objection."""
    lock_chain(objection.learner)
    session = StudySession.objects.get(pk=objection.session)
    found = shares_of(learner=objection.learner, spans=spans_of(objection), session=session)
    most = sum(share.ms for share in found)
    if not most:
        raise errors.NothingToGive
    if ms is not None and not 0 < ms <= most:
        raise errors.TooMuch(most)
    return Correction.objects.create(
        learner=objection.learner,
        kind=Correction.Kind.GRANT,
        ms=most if ms is None else ms,
        day=objection.day,
        began_at=min(share.clock[0][0] for share in found),
        union=union_of(objection.learner, objection.day),
        desk=objection.desk,
        reason=Correction.Why.OBJECTION,
        words=objection.answer,
        objection=objection,
        evidence_id=paper,
        filed_by=by,
        filed_at=now,
    )


def uphold(objection: Objection, *, ms: int, first_entry: int, by: UUID, now: int) -> None:
    """Let an objection be upheld by entries that were just written, and tell the learner. In a transaction."""
    objection.state = Objection.State.UPHELD
    objection.first_entry = first_entry
    objection.save(update_fields=["state", "first_entry"])
    # One that went up while it waited for its second person is a task there.
    inbox.settle(key=_task(objection), at=from_ms(now))
    _step(objection, ObjectionStep.Kind.UPHELD, now, actor=by, words=objection.answer)
    words = _("补上的 {time}记在{day}这天。{answer}").format(
        time=display.spoken(ms), day=display.day(objection.day), answer=objection.answer
    )
    _tell_learner(objection, _("异议成立，学时补上了"), words, now)


def give_back(objection: Objection, *, words: str, by: UUID, now: int) -> None:
    """Let an objection wait for an answer again: the second person did not agree. In a transaction."""
    objection.state = Objection.State.FILED
    objection.answer, objection.answered_by, objection.answered_at = "", None, None
    objection.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    _step(objection, ObjectionStep.Kind.RETURNED, now, actor=by, words=words)
    _tell_officers(objection, Union.objects.get(uuid=objection.desk), now)


def escalate_overdue(*, now: int) -> int:
    """
    Hand every objection whose day for an answer has passed to the next union up, with three working days more; return
    how many. At the top it stays, overdue. An answer that waits for its second person goes up as well. One that fails is
    logged and stays where it is, overdue; the others are handed on.
    """
    today = day_of(now)
    overdue = Objection.objects.filter(state__in=Objection.OPEN, due_on__lt=today)
    moved = 0
    for uuid in overdue.order_by("due_on", "pk").values_list("uuid", flat=True):
        try:
            with fair_turn():
                moved += _escalate(uuid, today, now)
        except Exception:  # whatever is wrong with one, the others have waited long enough
            log.exception("objection_not_escalated", objection=str(uuid))
    return moved


@transaction.atomic
def hand_on_corrections(*, now: int) -> int:
    """
    Give what waits for a second person at a union that stands no more to those who follow it, as a task; return how many
    wait so. Doing it again gives nobody the task twice.
    """
    closed = Union.objects.filter(path="").values("uuid")
    waiting = Correction.objects.filter(state=Correction.State.FILED, desk__in=closed).order_by("pk")
    for correction in waiting:
        at_desk.ask_second_person(correction, now)
    return len(waiting)


@transaction.atomic
def _escalate(uuid: UUID, today: date, now: int) -> bool:
    objection = _locked(uuid)
    if objection.state not in Objection.OPEN or not is_overdue(objection.due_on, today):
        return False
    above = union_above(objection.desk)
    if above is None:
        return False
    objection.desk, objection.due_on = above, due_on(today)
    objection.escalations += 1
    objection.save(update_fields=["desk", "due_on", "escalations"])
    _step(objection, ObjectionStep.Kind.ESCALATED, now, actor=None)
    node = Union.objects.get(uuid=above)
    words = _("过了三个工作日还没有答复，已经转给{union}，最晚{day}答复。").format(
        union=node.name, day=display.day(objection.due_on)
    )
    _tell_learner(objection, _("异议转到了上一级工会"), words, now)
    _tell_officers(objection, node, now)
    at_desk.note(
        "objection.escalate",
        actor=None,
        target=f"objection:{uuid}",
        address="",
        desk=above,
        due=objection.due_on,
    )
    return True


def _locked(uuid: UUID) -> Objection:
    return lock_rows(Objection.objects.filter(uuid=uuid)).get()


def _step(objection: Objection, kind: str, now: int, *, actor: UUID | None, words: str = "") -> None:
    ObjectionStep.objects.create(
        objection=objection, kind=kind, at=now, actor=actor, desk=objection.desk, words=words
    )


def _tell_learner(objection: Objection, title: str, words: str, now: int) -> None:
    inbox.send(
        to=objection.learner,
        kind="objection.answer",
        title=title,
        body=words,
        url=reverse("records:objection", args=[objection.uuid]),
        action=_("看答复"),
        source_name=_("学时异议"),
        at=from_ms(now),
    )


def _tell_officers(objection: Objection, union: Union, now: int) -> None:
    """Give the task to who has the training of the union that answers now; nobody else keeps it."""
    key = _task(objection)
    inbox.settle(key=key, at=from_ms(now))
    inbox.send_to_many(
        to=officers_of(union, DUTY, on=day_of(now)),
        kind="objection.task",
        title=_("有一条学时异议等答复"),
        body=_("{day}的一段学习没有计时，工友有异议。最晚{due}答复。").format(
            day=display.day(objection.day), due=display.day(objection.due_on)
        ),
        url=reverse("records:desk_objection", args=[union.uuid, objection.uuid]),
        action=_("去答复"),
        source_name=union.name,
        is_task=True,
        key=key,
        renew=True,
        at=from_ms(now),
    )


def _task(objection: Objection) -> str:
    return f"objection:{objection.uuid}"
