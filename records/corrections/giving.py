"""
What a grant changes in the learner's state, under the lock of the chain.

Granted time enters the parts it was studied in, so that it cannot be earned once more by playing them; the day, so that
its cap holds; its instants are held beside the clock, so that a beat of them that arrives later does not count, too. What
was missed and is given is missed no longer, and a lesson that is whole by it is complete at once.
"""

from collections.abc import Sequence
from uuid import UUID

from core.clock import day_of
from records.corrections.rules import Share, still_missed
from records.ledger import codec
from records.ledger.codec import dump_days, dump_intervals, load_days, load_intervals
from records.ledger.intervals import measure, union
from records.ledger.periods import booked_on
from records.ledger.rules import is_complete
from records.ledger.state import PartSets
from records.models import Completion, Correction, PartProgress, StudySession, StudyState
from records.models.rollups import UNASSIGNED


def give(correction: Correction, given: Sequence[Share], now: int) -> None:
    """Let an approved grant into the learner's state; ``given`` are its shares if it follows from an objection."""
    if correction.kind != Correction.Kind.GRANT:
        return
    state = StudyState.objects.get(pk=correction.learner)
    days = load_days(state.days)
    days[correction.day] = days.get(correction.day, 0) + correction.ms
    instants = [instant for share in given for instant in share.clock]
    if correction.objection is None:
        instants = [(correction.began_at, correction.began_at + correction.ms)]
    missed = still_missed(codec.load_spans(state.missed, is_missed=True), instants)
    StudyState.objects.filter(pk=correction.learner).update(
        days=dump_days(days),
        granted=dump_intervals(union([*load_intervals(state.granted), *instants])),
        missed=codec.dump_spans(missed),
    )
    if given and correction.objection is not None:
        session = StudySession.objects.get(pk=correction.objection.session)
        _into_parts(correction, session, given, now)
        _complete(correction, session, now)


def _into_parts(correction: Correction, session: StudySession, given: Sequence[Share], now: int) -> None:
    nominal = {UUID(part["uuid"]): part["nominal_ms"] for part in session.parts}
    for share in given:
        progress, _made = PartProgress.objects.get_or_create(
            learner=correction.learner,
            part=share.part,
            defaults={
                "lesson": session.lesson,
                "course": session.course,
                "nominal_ms": nominal[share.part],
            },
        )
        covered = union([*load_intervals(progress.covered), *share.positions])
        progress.covered, progress.covered_ms = dump_intervals(covered), measure(covered)
        progress.worked_ms += share.ms
        progress.credited_ms += share.ms
        progress.updated_at = now
        progress.save()


def _complete(correction: Correction, session: StudySession, now: int) -> None:
    """Note that the lesson is complete, if it is by now; once a lesson. The entries have marked the day already."""
    nominal = {UUID(part["uuid"]): part["nominal_ms"] for part in session.parts}
    rows = PartProgress.objects.filter(learner=correction.learner, part__in=nominal)
    sets = {
        row.part: PartSets(
            row.part, session.lesson, session.course, row.nominal_ms, covered_ms=row.covered_ms
        )
        for row in rows
    }
    terms = codec.load_segments(session.terms)[-1][1]
    if not is_complete(sets, nominal, terms.complete_permille):
        return
    Completion.objects.bulk_create(
        [
            Completion(
                learner=correction.learner,
                lesson=session.lesson,
                edition=session.edition,
                course=session.course,
                day=correction.day,
                booked_on=booked_on(correction.day, day_of(now)),
                union=correction.union or UUID(UNASSIGNED),
                occupation=session.occupation,
                level=session.level or 0,
                recorded_at=now,
            )
        ],
        ignore_conflicts=True,
    )
