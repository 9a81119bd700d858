"""
What officers do to the ledger: a reversal or a grant is filed by one with its evidence, and decided by another. Time is
an argument; entries are written by ``append_entries`` alone.
"""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api import User
from core import display, inbox
from core.clock import day_of, day_start_ms, from_ms
from core.db import lock_rows
from media.api import KeptFile
from records.corrections import desk as at_desk
from records.corrections import errors, objections
from records.corrections.giving import give
from records.corrections.queries import counted_instants, shares_of, spans_of
from records.corrections.rules import Share, free_ms
from records.db import lock_chain
from records.learners import own_chains
from records.ledger.chain import Draft
from records.ledger.format import ranges_text
from records.ledger.terms import DAY_MS
from records.models import (
    Correction,
    EvidenceFile,
    LedgerEntry,
    Objection,
    StudySession,
)
from records.operations.entries import append_entries, reversal_of
from records.operations.policies import terms_for
from unions.api import union_of

SOURCE = "officer"
WORDS = 400


@transaction.atomic
def file_reversal(
    *,
    learner: UUID,
    entry: int,
    officer: User,
    reason: str,
    words: str,
    paper: KeptFile,
    now: int,
    kept_ms: int = 0,
    address: str = "",
) -> Correction:
    """
    File that an entry be taken back, or all of it but ``kept_ms``.

    :raises NotCorrectable: if there is no such entry that stands, or a correction of it waits.
    :raises TooMuch: if more is kept than it has.
    :raises NotInScope, OwnCause, WordsMissing: see ``answer_objection``.
    """
    lock_chain(learner)
    found = LedgerEntry.objects.filter(learner=learner, n=entry).first()
    if found is None or found.union is None or not _stands(found):
        raise errors.NotCorrectable
    at_desk.check_officer(officer, desk=found.union, learner=learner, now=now)
    if not 0 <= kept_ms < found.ms:
        raise errors.TooMuch(found.ms - 1)
    return _file(
        officer,
        now,
        address,
        paper,
        learner=learner,
        kind=Correction.Kind.REVERSAL,
        entry=entry,
        kept_ms=kept_ms,
        ms=kept_ms - found.ms,
        day=found.day,
        began_at=found.t_from,
        union=found.union,
        desk=found.union,
        reason=Correction.Why(reason),
        words=at_desk.said(words, WORDS),
    )


def _stands(entry: LedgerEntry) -> bool:
    """Tell whether an entry gives time that can be taken back: what was attributed is taken back where it went."""
    if entry.kind == LedgerEntry.Kind.REVERSAL or entry.ms <= 0:
        return False
    after = LedgerEntry.objects.filter(learner=entry.learner, refers_to=entry.n)
    waiting = Correction.objects.filter(learner=entry.learner, entry=entry.n, state=Correction.State.FILED)
    return not after.exists() and not waiting.exists()


@transaction.atomic
def file_grant(
    *,
    learner: UUID,
    began_at: int,
    ms: int,
    officer: User,
    reason: str,
    words: str,
    paper: KeptFile,
    now: int,
    address: str = "",
) -> Correction:
    """
    File that a member be given time that no player has recorded, studied from ``began_at`` (ms since the epoch) on.

    :raises NotInScope: if the officer has no right at the union the member belonged to on that day.
    :raises TooMuch: if it is not over yet, runs past midnight, or the same clock counts already.
    :raises OwnCause, WordsMissing: see ``answer_objection``.
    """
    lock_chain(learner)
    day = day_of(began_at)
    home = union_of(learner, day)
    if home is None:
        raise errors.NotInScope
    at_desk.check_officer(officer, desk=home, learner=learner, now=now)
    most = _most(learner, began_at, ms, now)
    if ms <= 0 or most < ms:
        raise errors.TooMuch(most)
    return _file(
        officer,
        now,
        address,
        paper,
        learner=learner,
        kind=Correction.Kind.GRANT,
        ms=ms,
        day=day,
        began_at=began_at,
        union=home,
        desk=home,
        reason=Correction.Why(reason),
        words=at_desk.said(words, WORDS),
    )


def _most(learner: UUID, began_at: int, ms: int, now: int) -> int:
    """Return how much of a stretch of the clock a grant may take: what is over, on one day, and counts nowhere."""
    end = min(began_at + max(0, ms), now, day_start_ms(day_of(began_at)) + DAY_MS)
    if end <= began_at:
        return 0
    return free_ms(began_at, end, counted_instants(learner, began_at, end, waiting=True))


def _file(officer: User, now: int, address: str, paper: KeptFile, **fields: object) -> Correction:
    by = officer.person.uuid
    correction = Correction.objects.create(
        evidence=at_desk.file_of(paper, by=by, now=now), filed_by=by, filed_at=now, **fields
    )
    at_desk.ask_second_person(correction, now)
    at_desk.note(
        "correction.file",
        actor=by,
        target=f"correction:{correction.uuid}",
        address=address,
        learner=correction.learner,
        kind=correction.kind,
        entry=correction.entry,
        ms=correction.ms,
        reason=correction.reason,
        evidence=paper.sha256,
    )
    return correction


@transaction.atomic
def decide_correction(
    *, correction: UUID, officer: User, approve: bool, now: int, words: str = "", address: str = ""
) -> Correction:
    """
    Decide a correction as the second person. Approved, its entries are written with both names and the hash of the
    evidence, an objection behind it is upheld, and the learner is told. Refused (with ``words``), nothing is written.

    :raises AlreadyDecided: if it was decided before.
    :raises SecondPersonNeeded: if the officer filed it, under whatever uuid.
    :raises NothingToGive: if what was to be granted counts by now, or the entry no longer stands.
    :raises NotInScope, OwnCause, WordsMissing: see ``answer_objection``.
    """
    lock_chain(Correction.objects.values_list("learner", flat=True).get(uuid=correction))
    found = lock_rows(Correction.objects.filter(uuid=correction)).get()
    if found.state != Correction.State.FILED:
        raise errors.AlreadyDecided
    at_desk.check_officer(officer, desk=found.desk, learner=found.learner, now=now)
    by = officer.person.uuid
    if found.filed_by in own_chains(officer.person):
        raise errors.SecondPersonNeeded
    found.decided_by, found.decided_at = by, now
    objection = (
        lock_rows(Objection.objects.filter(pk=found.objection_id)).get() if found.objection_id else None
    )
    if approve:
        found.state, found.decision = Correction.State.APPROVED, " ".join(words.split())[:WORDS]
        drafts, given = _drafts(found, objection, by)
        numbers = [each.entry.n for each in append_entries(learner=found.learner, drafts=drafts, now=now)]
        found.first_entry, found.last_entry = numbers[0], numbers[-1]
        give(found, given, now)
    else:
        found.state, found.decision = Correction.State.REFUSED, at_desk.said(words, WORDS)
    found.save(update_fields=["state", "decided_by", "decided_at", "decision", "first_entry", "last_entry"])
    if objection is not None and approve:
        objections.uphold(objection, ms=found.ms, first_entry=numbers[0], by=by, now=now)
    elif objection is not None:
        objections.give_back(objection, words=found.decision, by=by, now=now)
    elif approve:
        _tell_learner(found, now)
    _tell_filer(found, now)
    inbox.settle(key=at_desk.second_person_task(found), at=from_ms(now))
    at_desk.note(
        "correction.approve" if approve else "correction.refuse",
        actor=by,
        target=f"correction:{found.uuid}",
        address=address,
        learner=found.learner,
        filed_by=found.filed_by,
        ms=found.ms,
        entries=[found.first_entry, found.last_entry] if approve else [],
    )
    return found


def _drafts(
    correction: Correction, objection: Objection | None, approver: UUID
) -> tuple[list[Draft], list[Share]]:
    if objection is not None:
        return _objection_drafts(correction, objection, approver)
    if correction.kind == Correction.Kind.REVERSAL:
        return _reversal_drafts(correction, approver), []
    end = correction.began_at + correction.ms
    if _most(correction.learner, correction.began_at, correction.ms, end) < correction.ms:
        raise errors.NothingToGive
    policy = terms_for(union=correction.union, owner_keys=[], since=correction.began_at)[0][1].identity
    draft = Draft(
        kind=LedgerEntry.Kind.GRANT,
        source=SOURCE,
        activity=f"{settings.SITE_URL}/xapi/corrections/{correction.uuid}",
        t_from=correction.began_at,
        t_to=end,
        ms=correction.ms,
        day=correction.day,
        union=correction.union,
        policy=policy,
        evidence=LedgerEntry.Evidence.LEADER,
        evidence_ref=_evidence(correction).sha256,
        online=correction.reason != Correction.Why.CLASSROOM,
        reason=correction.reason,
        actor=correction.filed_by,
        approver=approver,
    )
    return [draft], []


def _reversal_drafts(correction: Correction, approver: UUID) -> list[Draft]:
    """Return the reversal of the whole entry, and a grant of what of it stands."""
    entry = LedgerEntry.objects.get(learner=correction.learner, n=correction.entry or 0)
    taken = replace(
        reversal_of(entry, reason=correction.reason, actor=correction.filed_by, approver=approver),
        evidence_ref=_evidence(correction).sha256,
    )
    if not correction.kept_ms:
        return [taken]
    kept = replace(taken, kind=LedgerEntry.Kind.GRANT, ms=correction.kept_ms, refers_to=None)
    return [taken, kept]


def _objection_drafts(
    correction: Correction, objection: Objection, approver: UUID
) -> tuple[list[Draft], list[Share]]:
    session = StudySession.objects.get(pk=objection.session)
    given = shares_of(
        learner=objection.learner, spans=spans_of(objection), session=session, limit_ms=correction.ms
    )
    if sum(share.ms for share in given) != correction.ms:
        raise errors.NothingToGive
    paper = correction.evidence
    drafts = [
        Draft(
            kind=LedgerEntry.Kind.GRANT,
            source="objection",
            session=session.uuid,
            lesson=session.lesson,
            part=share.part,
            edition=session.edition,
            activity=session.activity,
            occupation=session.occupation or None,
            level=session.level,
            t_from=share.clock[0][0],
            t_to=share.clock[-1][1],
            ranges=ranges_text(share.positions),
            ms=share.ms,
            day=correction.day,
            union=correction.union,
            policy=share.policy,
            evidence=LedgerEntry.Evidence.BEATS,
            evidence_ref=paper.sha256 if paper else objection.evidence_hash,
            reason=correction.reason,
            actor=correction.filed_by,
            approver=approver,
        )
        for share in given
    ]
    return drafts, given


def _evidence(correction: Correction) -> EvidenceFile:
    """Return the paper of a correction that follows from no objection: the database does not take one without."""
    if correction.evidence is None:
        raise errors.NotCorrectable
    return correction.evidence


def _tell_learner(correction: Correction, now: int) -> None:
    is_less = correction.ms < 0
    title = _("一笔学时被更正") if is_less else _("工会给你补了学时")
    words = (
        _("{day}的学时少了 {time}：{words}觉得不对，可以去找工会，更正的依据都留着。")
        if is_less
        else _("{day}多了 {time}：{words}")
    )
    inbox.send(
        to=correction.learner,
        kind="correction.entered",
        title=title,
        body=words.format(
            day=display.day(correction.day),
            time=display.spoken(abs(correction.ms)),
            words=_sentence(correction.words),
        ),
        url=f"{reverse('records:own')}?month={correction.day:%Y-%m}",
        action=_("看记录"),
        source_name=_("学时更正"),
        at=from_ms(now),
    )


def _tell_filer(correction: Correction, now: int) -> None:
    if correction.state == Correction.State.APPROVED:
        title, words = _("复核通过，已经入账"), correction.decision
    else:
        title, words = _("复核没有通过"), correction.decision
    inbox.send(
        to=correction.filed_by,
        kind="correction.decided",
        title=title,
        body=words,
        url=reverse("records:desk_correction", args=[correction.desk, correction.uuid]),
        source_name=_("学时更正"),
        at=from_ms(now),
    )


def _sentence(words: str) -> str:
    return words if words.endswith(("。", "！", "？")) else f"{words}。"
