"""
Doing a recount: without writing (a dry run), and for one learner in one transaction, under that learner's row.

A learner is judged from the record as it is under the lock, so it does not matter when, how often or after which kill this
runs: once the time stands as the version says, there is nothing left to write.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.clock import day_of
from records.db import lock_chain
from records.ledger.chain import Draft
from records.ledger.codec import dump_days, dump_spare, load_days, load_spare
from records.ledger.format import ranges_text
from records.ledger.terms import DAY_MS
from records.models import (
    DailyStudy,
    LedgerEntry,
    Mark,
    PartProgress,
    Recount,
    RecountedLearner,
    RecountLine,
    RefusedSpan,
    StudySession,
    StudyState,
)
from records.operations.entries import append_entries, reversal_of
from records.recounts.evidence import CAP_REASONS, REASON, Found, Resolver, Scope, stretches_of
from records.recounts.rules import Figures, Judged
from records.recounts.rules import recount as judge_again
from unions.api import Union


@dataclass(frozen=True, slots=True)
class Change:
    """One stretch that gets another amount than stands for it now."""

    found: Found
    judged: Judged

    @property
    def delta_ms(self) -> int:
        return self.judged.ms - self.found.stretch.standing


def scope_below(union: Union | None) -> frozenset[UUID] | None:
    """Return the uuids of a union and all below it today; None is everywhere."""
    if union is None:
        return None
    return frozenset(Union.objects.filter(path__startswith=union.path).values_list("uuid", flat=True))


def candidates(*, union: Union | None, day_from: date, day_to: date) -> list[UUID]:
    """
    Return the learners with time on these days at a union or below it, or with time that a cap kept out; sorted. Whose
    days are still to be rolled up are among them, of whichever union: they are few, and judging finds what concerns it.
    """
    days = {"day__gte": day_from, "day__lte": day_to}
    studied: QuerySet[DailyStudy] = DailyStudy.objects.filter(**days)
    refused: QuerySet[RefusedSpan] = RefusedSpan.objects.filter(**days, reason__in=CAP_REASONS)
    if union is not None:
        below = Union.objects.filter(path__startswith=union.path).values("uuid")
        studied = studied.filter(union__in=below)
        refused = refused.filter(session__in=StudySession.objects.filter(union__in=below).values("uuid"))
    waiting = Mark.objects.filter(**days)
    found = (rows.values_list("learner", flat=True).distinct() for rows in (studied, refused, waiting))
    return sorted({learner for learners in found for learner in learners})


def changes_of(learner: UUID, scope: Scope, resolver: Resolver) -> tuple[list[Change], set[str]]:
    """Return the stretches of a learner that change, and the fields that differ and cannot be judged again."""
    found = stretches_of(learner, scope, resolver)
    beyond = {column for each in found for column in each.beyond}
    if not any(each.stretch.caps is not None for each in found):
        return [], beyond
    covered = dict(PartProgress.objects.filter(learner=learner).values_list("part", "covered_ms"))
    judged = judge_again([each.stretch for each in found], covered)
    return [
        Change(each, verdict)
        for each, verdict in zip(found, judged, strict=True)
        if verdict.ms != each.stretch.standing
    ], beyond


def dry_run(
    learners: list[UUID], scope: Scope, tell: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[tuple[UUID, list[Change], Figures]]:
    """Yield each learner with what would change, and the figures so far. Nothing is written."""
    resolver, figures = Resolver(scope.version), Figures()
    for done, learner in enumerate(learners, start=1):
        changes, beyond = changes_of(learner, scope, resolver)
        figures = figures.plus([change.delta_ms for change in changes], beyond)
        yield learner, changes, figures
        tell(done, len(learners))


def figures_of(
    learners: list[UUID], scope: Scope, tell: Callable[[int, int], None] = lambda done, total: None
) -> Figures:
    """Return what a recount of these learners would come to."""
    found = Figures()
    for _learner, _changes, so_far in dry_run(learners, scope, tell):
        found = so_far
    return found


@transaction.atomic
def enter_recount(
    recount: Recount, learner: UUID, scope: Scope, resolver: Resolver, *, evidence: str, now: int
) -> RecountedLearner | None:
    """
    Judge one learner's time again and write what comes of it: reversals, new entries, refused spans, the lines that tie
    them together, and the part's and day's credit. None where nothing changes.

    C and W stay as they are: the time was played. K follows, so what a cap keeps out now is earned by playing again, and
    what counts now is not earned twice (rule 7).
    """
    lock_chain(learner)
    changes, _beyond = changes_of(learner, scope, resolver)
    if not changes:
        return None
    drafts: list[Draft] = []
    for change in changes:
        drafts += _drafts(change, recount, evidence)
    links = append_entries(learner=learner, drafts=drafts, now=now)
    numbers = iter(links)
    for change in changes:
        if change.found.stands is not None:
            next(numbers)
        entry = next(numbers).entry.n if change.judged.ms else None
        RecountLine.objects.create(
            recount=recount,
            learner=learner,
            root_entry=change.found.entry.n if change.found.entry else None,
            root_span=None if change.found.entry else change.found.spans[0].pk,
            before_ms=change.found.stretch.standing,
            after_ms=change.judged.ms,
            entry=entry,
            span=_refuse(change, learner, now),
        )
    _move_credit(learner, changes, now)
    return RecountedLearner.objects.create(
        recount=recount,
        learner=learner,
        before_ms=sum(change.found.stretch.standing for change in changes),
        after_ms=sum(change.judged.ms for change in changes),
        first_entry=links[0].entry.n,
        last_entry=links[-1].entry.n,
        recorded_at=now,
    )


def _drafts(change: Change, recount: Recount, evidence: str) -> Iterator[Draft]:
    """Yield the reversal of what stands, and the entry of what stands from now on."""
    found, actor, approver = change.found, recount.filed_by, recount.decided_by
    if found.stands is not None:
        taken = reversal_of(found.stands, reason=REASON, actor=actor, approver=approver)
        yield replace(taken, evidence_ref=evidence)
    if change.judged.ms:
        yield _entry(change, actor, approver, evidence)


def _entry(change: Change, actor: UUID, approver: UUID | None, evidence: str) -> Draft:
    """Return the entry of what stands: as the first one, or as the session says where a cap had kept all of it out."""
    found, first = change.found, change.found.entry
    origin: LedgerEntry | StudySession = first or StudySession.objects.get(pk=found.spans[0].session)
    begin, end = found.t
    ms = change.judged.ms
    return Draft(
        kind=LedgerEntry.Kind.STUDY,
        source=origin.source,
        session=found.session,
        lesson=origin.lesson,
        part=found.stretch.part,
        edition=origin.edition,
        activity=origin.activity,
        occupation=origin.occupation or None,
        level=origin.level,
        t_from=begin,
        t_to=end if end - begin > found.stretch.ms else begin + ms,
        ranges=first.ranges if first else ranges_text(found.stretch.positions),
        ms=ms,
        day=found.stretch.day,
        union=found.union,
        policy=found.judged_by.identity if found.judged_by is not None else "",
        evidence=first.evidence if first else "offline" if origin.source == "offline" else "beats",
        evidence_ref=evidence,
        reason=REASON,
        actor=actor,
        approver=approver,
    )


def _refuse(change: Change, learner: UUID, now: int) -> int | None:
    """Take back what was refused of a stretch, and write what is refused from now on; return that span, if any."""
    found = change.found
    for row in RefusedSpan.objects.filter(pk__in=found.refused):
        row.takes_back, row.recorded_at = row.pk, now
        row.pk = None
        row.save(force_insert=True)
    if not change.judged.refused_ms:
        return None
    kept = found.entry or found.spans[0]
    begin, end = found.t
    row = RefusedSpan(
        learner=learner,
        t_from=max(begin, end - change.judged.refused_ms),
        t_to=end,
        reason=change.judged.reason,
        policy=found.judged_by.identity if found.judged_by else "",
        day=found.stretch.day,
        recorded_at=now,
    )
    # The database holds that an entry of study has all three.
    for name in ("session", "lesson", "part"):
        setattr(row, name, getattr(kept, name))
    row.save(force_insert=True)
    return row.pk


def _move_credit(learner: UUID, changes: list[Change], now: int) -> None:
    """
    Let K of the parts and the credit of the days follow, so that caps hold for what is still to come. Instants that were
    played and not credited, on days or in parts that are full by the new caps, can no longer be: the next beat would let
    them in under the caps they were played under.
    """
    parts: dict[UUID, int] = {}
    full_days = {c.found.stretch.day for c in changes if c.judged.reason == "day_cap"}
    full_parts = {c.found.stretch.part for c in changes if c.judged.reason in {"part_cap", "course_cap"}}
    state = StudyState.objects.get(pk=learner)
    days = load_days(state.days)
    oldest = day_of(now - state.window_days * DAY_MS)
    for change in changes:
        stretch = change.found.stretch
        if stretch.part is not None:
            parts[stretch.part] = parts.get(stretch.part, 0) + change.delta_ms
        if stretch.day in days or stretch.day >= oldest:
            days[stretch.day] = max(0, days.get(stretch.day, 0) + change.delta_ms)
    StudyState.objects.filter(pk=learner).update(days=dump_days({d: ms for d, ms in days.items() if ms}))
    for progress in PartProgress.objects.filter(learner=learner, part__in=parts):
        most = min(progress.covered_ms, progress.worked_ms)
        progress.credited_ms = min(most, max(0, progress.credited_ms + parts[progress.part]))
        spare = [] if progress.part in full_parts else load_spare(progress.spare)
        progress.spare = dump_spare([each for each in spare if day_of(each[0]) not in full_days])
        progress.updated_at = now
        progress.save(update_fields=["credited_ms", "spare", "updated_at"])
