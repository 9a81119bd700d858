"""
The clock of hours that were not played.

A learner is in one place at a time. A class, a practice, an import or a grant has its instants like a beat, so it holds
them: a beat of them that arrives later is ``clock_used``. The other way round a class or a practice cannot be entered
over instants that are recorded already, in whatever fate: first recorded stands, and ``free_clock`` says what is left. An
import and a grant are not asked that: of the one the file is the evidence, of the other two people have looked.

The learner's row holds the instants on which a beat may still arrive. Of older ones the ledger itself is asked, so a class of last
year is not entered twice either.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q

from core.clock import day_of, month_start
from records.ledger.chain import Draft
from records.ledger.codec import dump_intervals, load_intervals
from records.ledger.intervals import Interval, inside, minus, union
from records.ledger.terms import DAY_MS
from records.models import LedgerEntry, StudyState

_LONGEST_LATENESS_MS = 31 * DAY_MS
"""No policy lets a beat in that is older (``policy_windows``), so nothing older needs to be held."""
_Kind = LedgerEntry.Kind
HOLDS = frozenset({_Kind.ATTENDANCE, _Kind.PRACTICE, _Kind.IMPORT, _Kind.GRANT})
WANTS_FREE_CLOCK = frozenset({_Kind.ATTENDANCE, _Kind.PRACTICE})
BATCH = 200


class ClockTaken(Exception):
    """Some of the instants are recorded already; ``free`` are those of the entry that are not."""

    def __init__(self, free: Sequence[Interval]) -> None:
        super().__init__("some of these instants are recorded already: see records.api.free_clock")
        self.free = free


def free_clock(*, learner: UUID, t_from: int, t_to: int) -> list[Interval]:
    """
    Return what of a stretch of the clock (ms since the epoch) is recorded nowhere: in no fate as far back as the clock is
    kept, before that in no entry.
    """
    state = StudyState.objects.filter(pk=learner).only("granted", "clock", "clock_past").first()
    entered = _entered([learner], t_from, t_to).get(learner, [])
    return minus([(t_from, t_to)], union([*(_taken(state) if state else []), *entered]))


def hold(drafts: Mapping[UUID, Iterable[Draft]], *, now: int) -> None:
    """
    Hold the instants of entries that were not played, under the lock of the learners' chains.

    :raises ClockTaken: if a class or a practice lies on instants that are recorded already, or on another one's.
    """
    wanted = {
        learner: [d for d in own if d.kind in HOLDS and d.session is None] for learner, own in drafts.items()
    }
    wanted = {learner: own for learner, own in wanted.items() if own}
    if not wanted:
        return
    changed = []
    old = {
        learner: [d for d in own if d.kind in WANTS_FREE_CLOCK and d.t_from < now - _LONGEST_LATENESS_MS]
        for learner, own in wanted.items()
    }
    asked = [draft for own in old.values() for draft in own]
    entered = (
        _entered(
            [learner for learner, own in old.items() if own],
            min(d.t_from for d in asked),
            max(d.t_to for d in asked),
        )
        if asked
        else {}
    )
    for state in StudyState.objects.filter(pk__in=wanted).only("granted", "clock", "clock_past"):
        before = state.granted
        taken = union([*_taken(state), *entered.get(state.learner, [])])
        held = load_intervals(before)
        for draft in wanted[state.learner]:
            if draft.kind in WANTS_FREE_CLOCK and inside(taken, draft.t_from, draft.t_to):
                raise ClockTaken(minus([(draft.t_from, draft.t_to)], taken))
            end = min(draft.t_to, now)
            if end > max(draft.t_from, now - _LONGEST_LATENESS_MS):
                held = union([*held, (draft.t_from, end)])
            taken = union([*taken, (draft.t_from, draft.t_to)])
        state.granted = dump_intervals(held)
        if state.granted != before:
            changed.append(state)
    StudyState.objects.bulk_update(changed, ["granted"], batch_size=BATCH)


def _entered(learners: Sequence[UUID], t_from: int, t_to: int) -> dict[UUID, list[Interval]]:
    """
    Return, by learner, the instants between two that entries say something was done on: hours that were not played, and
    played time without a gap (of the rest an entry says how much it was, not when).
    """
    rows = LedgerEntry.objects.filter(
        Q(kind__in=HOLDS, session=None) | Q(kind=_Kind.STUDY, ms=F("t_to") - F("t_from")),
        learner__in=learners,
        day__gte=day_of(t_from) - timedelta(days=1),
        day__lte=day_of(t_to),
        month__gte=month_start(day_of(t_from)),
        t_from__lt=t_to,
        t_to__gt=t_from,
    )
    found: dict[UUID, list[Interval]] = {}
    for learner, start, end in rows.order_by("t_from").values_list("learner", "t_from", "t_to"):
        found.setdefault(learner, []).append((start, end))
    return found


def _taken(state: StudyState) -> list[Interval]:
    return union(
        each for text in (state.granted, state.clock_past, state.clock) for each in load_intervals(text)
    )
