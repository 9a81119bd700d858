"""A lesson taken along: what the licence says, where its minutes land, and what is said of those that do not."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from core.keys import public_key
from records.api import Beat, end_sessions_of_lesson, issue_policy, open_session
from records.ledger.licences import Run, RunsNotInOrder, read_token
from records.ledger.terms import DAY_MS
from records.models import LedgerEntry, RefusedSpan, StudyLicence, StudySession
from records.operations import licences as licences_module
from records.operations import sessions
from records.operations.licences import NoOfflineStudy, accept_upload, issue_licence
from tests.factories.people import make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.test_concurrency import _assert_one_chain, _at_once
from tests.records.test_http_study import Phone

pytestmark = pytest.mark.django_db
LICENCES, UPLOADS = "/api/v1/study/licences", "/api/v1/study/uploads"


@pytest.fixture
def lesson(monkeypatch):
    known = make_lesson(10 * MINUTE, kinds=("text",))
    monkeypatch.setattr(sessions, "_RESOLVERS", [lambda uuid, learner, now: known])
    return known


class Bag:
    """A lesson in a learner's bag; positions go with the licence's clock."""

    def __init__(self, clock, lesson, learner=None):
        self.clock, self.lesson, self.learner = clock, lesson, learner or uuid4()
        self.licence = issue_licence(learner=self.learner, licence=uuid4(), lesson=lesson, device="phone")
        self.seq = 0

    def beats(self, start, end, at=0):
        out = []
        for t in range(start, end, 15_000):
            self.seq += 1
            stop = min(end, t + 15_000)
            out.append(
                Beat(self.seq, self.lesson.parts[0].uuid, t, stop, ((at + t - start, at + stop - start),))
            )
        return out

    def upload(self, beats=(), **more):
        fields = {"learner": self.learner, "device": "phone", "token": self.licence.token, "beats": beats}
        return accept_upload(**fields | more)

    @property
    def entries(self):
        return list(LedgerEntry.objects.filter(learner=self.learner).order_by("n"))


@pytest.fixture
def bag(clock, lesson):
    return Bag(clock, lesson)


def test_a_licence_over_http_says_all_a_phone_needs_and_no_name(clock, lesson):
    phone = Phone(make_user())
    phone.user.person.name = "李建国"
    phone.user.person.save()
    body = {"licence": str(uuid4()), "lesson": str(lesson.lesson), "device": "phone-1"}

    first, again = phone.post(LICENCES, body), phone.post(LICENCES, body)

    assert (first.status_code, again.status_code) == (201, 200)
    said = first.json()
    assert {k: v for k, v in again.json().items() if k != "server_time"} == {
        k: v for k, v in said.items() if k != "server_time"
    }
    assert said["learner"] == str(phone.user.person.uuid)
    assert (said["lesson"], said["device"]) == (body["lesson"], "phone-1")
    window = datetime.fromisoformat(said["valid_until"]) - datetime.fromisoformat(said["valid_from"])
    assert window.days == 7
    assert said["parts"][0]["nominal_ms"] == 10 * MINUTE
    assert len(said["checks"]) == 24
    signed, key, signature, octets = read_token(said["token"])
    public_key(key).verify(signature, octets)
    assert [check[0] for check in signed["checks"]] == [check["id"] for check in said["checks"]]
    assert signed["nonce"] == said["nonce"]
    assert "李建国" not in json.dumps([said, signed], ensure_ascii=False)


@pytest.mark.parametrize("changed", ["device", "lesson", "learner"])
def test_a_licence_is_found_again_only_by_who_asked_for_what_it_is_of(clock, lesson, changed):
    phone = Phone(make_user())
    body = {"licence": str(uuid4()), "lesson": str(lesson.lesson), "device": "phone-1"}
    phone.post(LICENCES, body)

    if changed == "learner":
        phone = Phone(make_user())
    else:
        body[changed] = str(uuid4())
    assert phone.post(LICENCES, body).status_code == 409


def test_taking_a_lesson_along_ends_nobodys_session(bag, clock, lesson):
    session = uuid4()
    open_session(learner=bag.learner, session=session, lesson=lesson)

    issue_licence(learner=bag.learner, licence=uuid4(), lesson=lesson, device="phone")

    assert StudySession.objects.get(pk=session).ended_at is None


def test_a_policy_that_takes_nothing_late_gives_no_licence(clock, lesson):
    issue_policy(owner="national", effective_from=0, lateness_days=0)

    with pytest.raises(NoOfflineStudy):
        Bag(clock, lesson)
    assert not StudyLicence.objects.exists()


def test_what_was_studied_counts_on_the_day_it_was_studied_as_offline_evidence(bag, clock):
    start = clock.now
    clock.forward(3 * DAY_MS)

    totals = bag.upload(bag.beats(DAY_MS, DAY_MS + 4 * MINUTE), taps=[DAY_MS + 4 * MINUTE])

    assert (totals.credited_seconds, totals.pending_seconds, totals.refused) == (240, 0, [])
    [entry] = bag.entries
    assert (entry.evidence, entry.source, entry.ms) == ("offline", "offline", 4 * MINUTE)
    assert (entry.t_from, entry.t_to) == (start + DAY_MS, start + DAY_MS + 4 * MINUTE)


def test_what_lies_after_the_licence_is_refused_by_name_and_listed(bag, clock):
    clock.forward(7 * DAY_MS + 5 * MINUTE)

    totals = bag.upload(bag.beats(7 * DAY_MS - MINUTE, 7 * DAY_MS + MINUTE), taps=[7 * DAY_MS])

    assert totals.credited_seconds == 60
    assert {r.reason for r in totals.refused} == {"licence_expired"}
    refused = RefusedSpan.objects.filter(learner=bag.learner)
    assert sum(r.t_to - r.t_from for r in refused) == MINUTE


def test_what_comes_after_the_window_is_too_late_item_by_item(bag, clock):
    clock.forward(8 * DAY_MS)

    totals = bag.upload(bag.beats(MINUTE, 2 * MINUTE) + bag.beats(2 * DAY_MS, 2 * DAY_MS + MINUTE, at=MINUTE))

    assert [r.reason for r in totals.refused] == ["too_late"] * 4
    assert totals.pending_seconds == 60


def test_a_withdrawn_lesson_ends_its_licences_too(bag, clock, lesson):
    clock.forward(MINUTE)
    end_sessions_of_lesson(lesson=lesson.lesson)
    clock.forward(MINUTE)

    totals = bag.upload(bag.beats(0, 2 * MINUTE), taps=[MINUTE])

    assert totals.credited_seconds == 60
    assert {r.reason for r in totals.refused} == {"lesson_withdrawn"}


def test_a_run_stays_where_it_was_placed_first_whatever_a_repeat_says(bag, clock):
    clock.forward(10 * MINUTE)
    # The phone's clock was put forward by an hour.
    runs = [Run(1, 60 * MINUTE, 4 * MINUTE)]
    beats = bag.beats(60 * MINUTE, 64 * MINUTE)

    first = bag.upload(beats[:8], runs=runs)
    clock.forward(2 * MINUTE)
    bag.upload(beats, runs=runs, taps=[64 * MINUTE])
    last = bag.upload(beats, runs=runs, taps=[64 * MINUTE])

    assert first.pending_seconds == 120
    assert (last.credited_seconds, last.refused) == (240, [])
    [entry] = bag.entries
    assert (entry.t_from, entry.t_to) == (
        bag.licence.issued_at + 6 * MINUTE,
        bag.licence.issued_at + 10 * MINUTE,
    )


def test_a_run_that_was_moved_cannot_begin_elsewhere_and_reach_before_the_licence(bag, clock):
    clock.forward(10_000)
    bag.upload(bag.beats(6 * DAY_MS, 6 * DAY_MS + 1_000), runs=[Run(1, 6 * DAY_MS, 1_000)])

    with pytest.raises(RunsNotInOrder):
        bag.upload(bag.beats(0, 10 * MINUTE), runs=[Run(1, 0, 10 * MINUTE)], taps=[10 * MINUTE])

    assert bag.entries == []


def test_two_lessons_studied_under_a_clock_put_forward_both_count(clock, lesson):
    learner = uuid4()
    first, second = Bag(clock, lesson, learner), Bag(clock, replace(lesson, lesson=uuid4()), learner)
    clock.forward(20 * MINUTE)
    begin = 6 * DAY_MS

    for bag, at in ((first, begin), (second, begin + 4 * MINUTE)):
        end = at + 4 * MINUTE
        bag.upload(bag.beats(at, end, at=at - begin), runs=[Run(1, at, 4 * MINUTE)], taps=[end])

    entries = first.entries
    assert sum(entry.ms for entry in entries) == 8 * MINUTE
    assert min(entry.t_from for entry in entries) >= first.licence.issued_at
    assert not RefusedSpan.objects.filter(learner=learner).exists()


def test_a_run_named_alone_does_not_lie_on_one_that_was_named_before(bag, clock):
    clock.forward(20 * MINUTE)
    first, second = Run(1, 6 * DAY_MS, 4 * MINUTE), Run(2, 6 * DAY_MS + 5 * MINUTE, 4 * MINUTE)

    bag.upload(bag.beats(second.at, second.end, at=4 * MINUTE), runs=[second])
    totals = bag.upload(bag.beats(first.at, first.end), runs=[first], taps=[first.end])

    assert totals.refused == []
    assert totals.credited_seconds + totals.pending_seconds == 480


def test_a_server_that_dies_between_placing_and_recording_loses_and_doubles_nothing(bag, clock, monkeypatch):
    clock.forward(10 * MINUTE)
    runs, beats = [Run(1, 60 * MINUTE, MINUTE)], bag.beats(60 * MINUTE, 61 * MINUTE)
    with monkeypatch.context() as dying:
        dying.setattr(licences_module, "accept_beats", None)
        with pytest.raises(TypeError):
            bag.upload(beats, runs=runs)
    clock.forward(10 * MINUTE)

    totals = [bag.upload(beats, runs=runs, taps=[61 * MINUTE]) for _ in range(3)]

    assert [(t.credited_seconds, t.refused) for t in totals] == [(60, [])] * 3
    assert [entry.ms for entry in bag.entries] == [MINUTE]
    assert bag.entries[0].t_to == bag.licence.issued_at + 10 * MINUTE


def test_a_second_tap_proves_what_was_studied_after_the_first(bag, clock):
    clock.forward(60 * MINUTE)

    bag.upload(bag.beats(0, MINUTE), taps=[MINUTE])
    totals = bag.upload(bag.beats(30 * MINUTE, 31 * MINUTE, at=MINUTE), taps=[31 * MINUTE])

    assert (totals.credited_seconds, totals.pending_seconds) == (120, 0)


def test_a_key_that_no_longer_signs_still_verifies_and_a_removed_one_does_not(bag, clock, settings):
    clock.forward(MINUTE)
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = "next:" + "A" * 43 + "=," + old
    assert bag.upload(bag.beats(0, 15_000)).pending_seconds == 15

    settings.FIELD_KEYS = "next:" + "A" * 43 + "="
    with pytest.raises(licences_module.LicenceNotValid):
        bag.upload(bag.beats(15_000, 30_000))


def test_the_session_of_a_licence_cannot_be_opened_as_another(bag, clock, lesson):
    with pytest.raises(sessions.SessionTaken):
        open_session(learner=bag.learner, session=bag.licence.uuid, lesson=lesson)
    assert bag.licence.opened.session == bag.licence.uuid


def test_an_upload_over_http_answers_like_beats_and_explains_what_is_wrong(clock, lesson):
    phone = Phone(make_user())
    asked = {"licence": str(uuid4()), "lesson": str(lesson.lesson), "device": "phone-1"}
    said = phone.post(LICENCES, asked).json()
    clock.forward(MINUTE)
    beat = {"seq": 1, "part": str(lesson.parts[0].uuid), "t": [0, 15_000], "ranges": [[0, 15_000]]}
    body = {"licence": said["token"], "nonce": said["nonce"], "device": "phone-1", "beats": [beat]}

    assert phone.post(UPLOADS, body).json() == {
        "credited_seconds": 0, "pending_seconds": 15, "refused": [], "presence": None,
    }  # fmt: skip
    wrong = {
        "nonce": "0" * 32,
        "licence": "k1.e30.AA",
        "beats": [],
        "more": 1,
        "runs": [{"run": 1, "at_ms": 0, "ms": 9}],
    }
    answers = {name: phone.post(UPLOADS, body | {name: value}).status_code for name, value in wrong.items()}
    assert answers == dict.fromkeys(wrong, 422)
    assert Phone(make_user()).post(UPLOADS, body).status_code == 404
    assert Phone(make_user(), "read").post(UPLOADS, body).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_upload_sent_by_many_at_once_counts_once(bag, clock):
    beats, runs = bag.beats(0, 2 * MINUTE), [Run(1, 0, 2 * MINUTE)]
    clock.forward(3 * MINUTE)

    _at_once([lambda: bag.upload(beats, runs=runs, taps=[2 * MINUTE])] * 6)

    assert [entry.ms for entry in bag.entries] == [2 * MINUTE]
    _assert_one_chain(bag.learner)
    assert UUID(str(bag.licence.uuid)) == bag.entries[0].session
