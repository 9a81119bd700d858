"""Hours from classes, practice, imports and grants: written with what proves them, and shared with hours earned online."""

from datetime import date
from uuid import uuid4

import pytest

from core.clock import day_start_ms
from records.api import (
    EvidenceMissing,
    append_entries,
    counted_time,
    earned_otherwise,
    issue_policy,
    reversal_of,
    share_online,
    terms_for,
)
from records.models import LedgerEntry
from records.verify import verify
from tests.factories.records import MINUTE

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
