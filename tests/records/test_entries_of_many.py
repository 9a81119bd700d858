"""Taking over records of many learners at once gives the chains that one by one would give."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from core.clock import day_start_ms
from records.api import Draft, EntryRefused, append_entries, append_entries_of_many
from records.models import LedgerEntry, Mark, StudyState
from records.verify import verify

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 9)
AT = day_start_ms(DAY)
NOW = day_start_ms(date(2026, 10, 12))
LEARNERS = [UUID(int=n) for n in (7, 3, 5)]


def draft(number: int) -> Draft:
    return Draft(
        kind="import",
        source="earlier-platform",
        activity="urn:example:earlier",
        t_from=AT + number,
        t_to=AT + number + 60_000,
        ms=60_000,
        day=DAY,
        policy="national@1",
        evidence="import",
    )


def chain(learner: UUID) -> list[tuple[int, bytes]]:
    rows = LedgerEntry.objects.filter(learner=learner).order_by("n")
    return [(n, bytes(digest)) for n, digest in rows.values_list("n", "hash")]


def test_many_chains_grow_as_each_would_by_itself():
    append_entries(learner=LEARNERS[0], drafts=[draft(1)], now=NOW)
    more = {learner: [draft(n), draft(n + 1)] for n, learner in enumerate(LEARNERS, start=2)}

    assert append_entries_of_many(drafts={**more, UUID(int=9): []}, now=NOW) == 6

    by_itself = UUID(int=3)
    together = chain(by_itself)
    state = StudyState.objects.get(learner=by_itself)
    assert (state.chain_length, bytes(state.chain_head)) == together[-1]
    assert [n for n, _ in chain(LEARNERS[0])] == [1, 2, 3]
    assert set(Mark.objects.values_list("learner", flat=True)) == set(LEARNERS)
    assert not StudyState.objects.filter(learner=UUID(int=9)).exists()
    assert (verify().bad, verify().entries) == (None, 7)


def test_corrections_are_refused_and_nothing_is_written():
    with pytest.raises(EntryRefused):
        append_entries_of_many(drafts={LEARNERS[0]: [draft(1), replace(draft(2), refers_to=1)]}, now=NOW)

    assert not LedgerEntry.objects.exists()
