"""Hours from classes, practice, imports and grants: written with what proves them, and shared with hours earned online."""

from datetime import date
from uuid import uuid4

import pytest

from core.clock import day_start_ms
from records.api import (
    ClockTaken,
    EvidenceMissing,
    append_entries,
    append_entries_of_many,
    counted_time,
    earned_otherwise,
    free_clock,
    issue_policy,
    reversal_of,
    share_online,
    terms_for,
)
from records.ledger.codec import load_intervals
from records.ledger.terms import DAY_MS
from records.models import LedgerEntry, RefusedSpan, StudyState
from records.verify import verify
from tests.factories.records import MINUTE, make_lesson
from tests.records.player import Player

DAY = date(2026, 11, 20)
MORNING = day_start_ms(DAY) + 9 * 60 * MINUTE
HOUR = 45 * MINUTE
PROOF = "ab" * 32


def _draft(**changed):
    fields = {
        "kind": "attendance",
        "activity": "https://skillspower.example/xapi/classes/1",
        "source": "class",
        "t_from": MORNING,
        "ms": HOUR,
        "union": uuid4(),
        "policy": "national@1",
        "evidence": "presence_qr",
        "evidence_ref": PROOF,
        "actor": uuid4(),
    }
    return earned_otherwise(**(fields | changed))


GRANT = {"kind": "grant", "evidence": "leader", "reason": "classroom", "approver": uuid4()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"evidence": "instructor", "online": True},
        {"kind": "practice", "evidence": "master", "source": "workshop"},
        {"kind": "import", "evidence": "import", "source": "file"},
        GRANT,
    ],
    ids=["class", "class-online", "practice", "import", "grant"],
)
def test_entry_of_each_kind_keeps_its_evidence_in_the_chain(changed):
    learner = uuid4()

    append_entries(learner=learner, drafts=[_draft(**changed)], now=MORNING + 10 * HOUR)

    [entry] = LedgerEntry.objects.filter(learner=learner)
    assert (entry.kind, entry.ms, entry.day) == (changed.get("kind", "attendance"), HOUR, DAY)
    assert (entry.evidence_ref, entry.online) == (PROOF, changed.get("online", False))
    assert entry.actor is not None
    append_entries(learner=learner, drafts=[reversal_of(entry, reason="twice", actor=uuid4())])
    assert verify([learner]).bad is None
    assert counted_time(learner=learner, first=DAY, last=DAY, share_permille=None).total_ms == 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "study"}, "not written by hand"),
        ({"kind": "reversal"}, "not written by hand"),
        ({"evidence": "beats"}, "is proved by"),
        ({"kind": "practice", "evidence": "presence_qr"}, "is proved by"),
        ({"evidence_ref": ""}, "SHA-256"),
        ({"evidence_ref": "AB" * 32}, "SHA-256"),
        (GRANT | {"reason": None}, "another person"),
        (GRANT | {"approver": None}, "another person"),
        ({"ms": 0}, "within one day"),
        ({"t_from": day_start_ms(DAY) - 1}, "within one day"),
    ],
)
def test_entry_without_what_proves_its_kind_is_refused(changed, why):
    with pytest.raises(EvidenceMissing, match=why):
        _draft(**changed)


def test_grant_that_its_own_filer_approves_is_refused():
    same = uuid4()
    with pytest.raises(EvidenceMissing, match="another person"):
        _draft(**(GRANT | {"actor": same, "approver": same}))


@pytest.mark.django_db
def test_online_time_beyond_the_policys_share_waits_for_offline_time():
    learner, union = uuid4(), uuid4()
    issue_policy(owner="national", effective_from=0, online_share="0.5")
    share = terms_for(union=None, owner_keys=[], since=MORNING)[0][1].online_share_permille
    online = [_draft(t_from=MORNING + n * HOUR, online=True, union=union) for n in range(3)]
    append_entries(learner=learner, drafts=online, now=MORNING + 10 * HOUR)

    def counted():
        found = counted_time(learner=learner, first=DAY, last=DAY, share_permille=share)
        return found.online_ms // HOUR, found.offline_ms // HOUR, found.over_ms // HOUR

    assert counted() == (0, 0, 3)
    practice = _draft(kind="practice", evidence="master", t_from=MORNING + 4 * HOUR, ms=2 * HOUR, union=union)
    append_entries(learner=learner, drafts=[practice], now=MORNING + 10 * HOUR)
    assert counted() == (2, 2, 1)


@pytest.mark.parametrize("share", [0, 1, 333, 500, 999, 1_000])
def test_counted_online_time_never_passes_its_share_and_wastes_less_than_a_millisecond_of_it(share):
    for online, offline in ((10_000_000, 2_700_001), (1, 2_700_001), (10**12, 7), (5, 0)):
        counted = share_online(online, offline, share)
        assert counted.online_ms + counted.over_ms == online
        assert counted.online_ms * 1_000 <= share * counted.total_ms
        if counted.over_ms:
            assert (counted.online_ms + 1) * 1_000 > share * (counted.total_ms + 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [{}, {"kind": "practice", "evidence": "master"}, {"kind": "import", "evidence": "import"}, GRANT],
    ids=["class", "practice", "import", "grant"],
)
def test_who_was_in_a_class_was_not_before_the_player_as_well(clock, changed):
    clock.now = MORNING
    player = Player(clock, make_lesson(60 * MINUTE))
    late = [player.beat(15_000) for _ in range(8)]
    clock.forward(2 * HOUR)
    append_entries(learner=player.learner, drafts=[_draft(t_from=MORNING + MINUTE, **changed)], now=clock.now)

    player.send(late)

    [entry] = player.entries
    assert entry.kind == changed.get("kind", "attendance")
    refused = RefusedSpan.objects.filter(learner=player.learner).values_list("reason", "t_from", "t_to")
    assert {reason for reason, *_ in refused} == {"clock_used"}
    assert (refused[0][1], sum(b - a for _, a, b in refused)) == (MORNING + MINUTE, MINUTE)

    append_entries(learner=player.learner, drafts=[reversal_of(entry, reason="twice", actor=uuid4())])
    assert free_clock(learner=player.learner, t_from=MORNING, t_to=MORNING + HOUR) == []  # W stays as it is


@pytest.mark.django_db
def test_class_over_recorded_minutes_is_refused_with_what_is_free(clock):
    clock.now = MORNING
    player = Player(clock, make_lesson(60 * MINUTE))
    player.play(5 * MINUTE)
    many = {player.learner: [_draft()]}

    for enter in (
        lambda: append_entries(learner=player.learner, drafts=[_draft()], now=MORNING + HOUR),
        lambda: append_entries_of_many(drafts=many, now=MORNING + HOUR),
    ):
        with pytest.raises(ClockTaken) as refused:
            enter()
    assert player.entries == []
    free = free_clock(learner=player.learner, t_from=MORNING, t_to=MORNING + HOUR)
    assert refused.value.free == free == [(MORNING + 5 * MINUTE, MORNING + HOUR)]

    rest = _draft(t_from=free[0][0], ms=40 * MINUTE)
    append_entries(learner=player.learner, drafts=[rest], now=MORNING + HOUR)
    with pytest.raises(ClockTaken):  # nor in two classes at once
        append_entries(learner=player.learner, drafts=[rest], now=MORNING + HOUR)


@pytest.mark.django_db
def test_class_of_long_ago_is_not_entered_twice():
    """The learner's row no longer holds its instants: no beat can be that old. The ledger still knows them."""
    learner, began = uuid4(), MORNING - 400 * DAY_MS

    def attended(t_from, t_to):
        draft = _draft(t_from=t_from, ms=t_to - t_from)
        append_entries(learner=learner, drafts=[draft], now=MORNING)

    attended(began, began + 40 * MINUTE)

    with pytest.raises(ClockTaken) as refused:
        attended(began + 30 * MINUTE, began + 50 * MINUTE)
    assert refused.value.free == [(began + 40 * MINUTE, began + 50 * MINUTE)]
    assert free_clock(learner=learner, t_from=began - MINUTE, t_to=began + 41 * MINUTE) == [
        (began - MINUTE, began),
        (began + 40 * MINUTE, began + 41 * MINUTE),
    ]
    attended(began + 365 * DAY_MS, began + 365 * DAY_MS + MINUTE)


@pytest.mark.django_db
def test_what_is_over_is_held_and_what_is_to_come_is_not(clock):
    clock.now = MORNING + MINUTE
    learner = uuid4()
    append_entries(learner=learner, drafts=[_draft()], now=clock.now)
    held = [(MORNING, MORNING + MINUTE)]
    assert load_intervals(StudyState.objects.get(pk=learner).granted) == held
    append_entries(learner=learner, drafts=[_draft(t_from=MORNING - 40 * DAY_MS)], now=clock.now)
    assert load_intervals(StudyState.objects.get(pk=learner).granted) == held  # no beat can be that late
