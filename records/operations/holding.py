"""
The clock of hours that were not played.

A learner is in one place at a time. A class, a practice, an import or a grant has its instants like a beat, so it holds
them: a beat of them that arrives later is ``clock_used``. The other way round a class or a practice cannot be entered
over instants that are recorded already, in whatever fate: first recorded stands, and ``free_clock`` says what is left. An
import and a grant are not asked that: of the one the file is the evidence, of the other two people have looked.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

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
    """Return what of a stretch of the clock (ms since the epoch) is recorded nowhere, as far back as the clock is kept."""
    state = StudyState.objects.filter(pk=learner).only("granted", "clock", "clock_past").first()
    return minus([(t_from, t_to)], _taken(state) if state else [])


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
    for state in StudyState.objects.filter(pk__in=wanted).only("granted", "clock", "clock_past"):
        before = state.granted
        taken = _taken(state)
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


def _taken(state: StudyState) -> list[Interval]:
    return union(
        each for text in (state.granted, state.clock_past, state.clock) for each in load_intervals(text)
    )
