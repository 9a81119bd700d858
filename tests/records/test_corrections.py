"""Objections and corrections: two people for every minute, nothing edited, and the learner is told."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import PersonAlias
from core import audit, inbox
from core.clock import day_start_ms
from records.api import (
    answer_objection,
    decide_correction,
    escalate_overdue,
    file_grant,
    file_objection,
    file_reversal,
    make_up,
    outcome_figures,
)
from records.corrections import errors
from records.models import Correction, EvidenceFile, Objection, ObjectionSpan, PartProgress
from records.verify import verify
from tests.factories.people import make_user
from tests.factories.records import MINUTE
from tests.records.desk import PAPER, Desk, officer_at
from tests.records.world import NOON
from unions.api import appoint

pytestmark = pytest.mark.django_db
DAY = 86_400_000
MONDAY = date(2026, 11, 23)
WORDS = "车间信号不好，弹窗没出来，我一直在看。"


@pytest.fixture
def desk(clock):
    return Desk(clock)


def _file(desk, now=NOON + 3_600_000, **fields):
    return file_objection(learner=desk.learner, span=desk.span.pk, words=WORDS, now=now, **fields)


def _answer(desk, objection, *, upheld=True, officer=None, now=NOON + 2 * 3_600_000, **fields):
    return answer_objection(
        objection=objection.uuid,
        officer=officer or desk.zhou,
        upheld=upheld,
        words="查过当天的网络记录，确实断过。",
        now=now,
        **fields,
    )


def _told(person):
    return [m.title for m in inbox.messages_of(person)]


def test_objection_freezes_what_the_record_knows_and_names_its_day(desk):
    objection = _file(desk)

    assert (objection.state, objection.ms, objection.reason) == ("filed", MINUTE, "missed_check")
    assert objection.due_on == date(2026, 11, 26)
    document = objection.evidence
    assert document["session"]["uuid"] == str(desk.player.session)
    assert document["spans"][0]["policy"] == "national@1"
    assert document["sent"]["beats"] == 4
    assert document["sent"]["checks"][0]["outcome"] == "miss"
    assert _told(desk.zhou.person.uuid) == ["有一条学时异议等答复"]
    assert _told(desk.sun.person.uuid) == []


def test_each_refused_span_is_objected_to_once(desk):
    _file(desk)
    with pytest.raises(errors.AlreadyObjected):
        _file(desk)
    with pytest.raises(errors.NoSuchSpan):
        file_objection(learner=desk.zhou.person.uuid, span=desk.span.pk, words=WORDS, now=NOON)


def test_objection_needs_words_and_a_union_that_answers(desk):
    with pytest.raises(errors.WordsMissing):
        file_objection(learner=desk.learner, span=desk.span.pk, words=" \n ", now=NOON)
    desk.user.person.memberships.all().delete()
    with pytest.raises(errors.NobodyAnswers):
        _file(desk)


def test_upheld_objection_is_credited_only_by_a_second_person(desk):
    objection = _answer(desk, _file(desk))
    assert (objection.state, desk.total) == ("proposed", 0)
    waiting = Correction.objects.get()
    with pytest.raises(errors.SecondPersonNeeded):
        decide_correction(correction=waiting.uuid, officer=desk.zhou, approve=True, now=NOON + 3 * 3_600_000)

    decide_correction(correction=waiting.uuid, officer=desk.sun, approve=True, now=NOON + 3 * 3_600_000)

    entry = desk.player.entries[-1]
    assert (entry.kind, entry.ms, entry.day, entry.union) == (
        "grant",
        MINUTE,
        MONDAY,
        desk.tree["plant"].uuid,
    )
    assert (entry.actor, entry.approver) == (desk.zhou.person.uuid, desk.sun.person.uuid)
    assert (entry.evidence_ref, entry.reason) == (objection.evidence_hash, "objection_upheld")
    objection.refresh_from_db()
    assert (objection.state, objection.first_entry) == ("upheld", entry.n)
    assert _told(desk.learner) == ["异议成立，学时补上了"]
    open_tasks = [m for u in (desk.zhou, desk.sun) for m in inbox.messages_of(u.person.uuid) if m.is_task]
    assert {m.state for m in open_tasks} == {"done"}
    assert len(open_tasks) == 2
    with pytest.raises(errors.AlreadyDecided):
        decide_correction(correction=waiting.uuid, officer=desk.sun, approve=True, now=NOON + 4 * 3_600_000)
    assert verify([desk.learner]).bad is None
    assert audit.verify("records") is None


def test_who_filed_is_no_second_person_under_a_uuid_of_before_a_merge(desk):
    _answer(desk, _file(desk))
    merged = officer_at(desk.tree["county"])
    PersonAlias.objects.create(alias=desk.zhou.person.uuid, person=merged.person)

    with pytest.raises(errors.SecondPersonNeeded):
        decide_correction(
            correction=Correction.objects.get().uuid, officer=merged, approve=True, now=NOON + 3 * 3_600_000
        )


def test_granted_span_cannot_be_earned_once_more_by_playing_it(desk):
    assert sum(m.ms for m in make_up(desk.learner, NOON)) == MINUTE
    _answer(desk, _file(desk))
    decide_correction(
        correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=NOON + 3 * 3_600_000
    )
    assert make_up(desk.learner, NOON) == []

    desk.clock.now = NOON + 4 * 3_600_000
    desk.player.open()
    desk.player.play(MINUTE, position=0)
    desk.player.answer()

    assert desk.total == MINUTE
    progress = PartProgress.objects.get(learner=desk.learner)
    assert (progress.covered_ms, progress.credited_ms) == (MINUTE, MINUTE)


def test_what_was_made_up_meanwhile_is_not_given_twice(desk):
    objection = _file(desk)
    desk.player.play(MINUTE, position=0)
    desk.player.answer(1)
    assert desk.total == MINUTE

    with pytest.raises(errors.NothingToGive):
        _answer(desk, objection)
    assert _answer(desk, objection, upheld=False).state == "not_upheld"


def test_made_up_between_answer_and_approval_nothing_is_given(desk):
    _answer(desk, _file(desk))
    desk.player.play(MINUTE, position=0)
    desk.player.answer(1)

    with pytest.raises(errors.NothingToGive):
        decide_correction(
            correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=NOON + 4 * 3_600_000
        )
    assert desk.total == MINUTE


def test_officer_may_give_less_but_not_more(desk):
    objection = _file(desk)
    with pytest.raises(errors.TooMuch):
        _answer(desk, objection, ms=MINUTE + 1)
    _answer(desk, objection, ms=20_000)
    decide_correction(
        correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=NOON + 3 * 3_600_000
    )
    assert desk.total == 20_000
    assert [m.owed_ms for m in make_up(desk.learner, NOON)] == [40_000]


def test_objection_not_upheld_is_answered_with_its_reason(desk):
    objection = _answer(desk, _file(desk), upheld=False)

    assert (objection.state, desk.total) == ("not_upheld", 0)
    message = inbox.messages_of(desk.learner).get()
    assert message.title == "异议有答复了：没有成立"
    assert message.body == objection.answer
    with pytest.raises(errors.AlreadyDecided):
        _answer(desk, objection)


def test_refused_approval_gives_the_objection_back(desk):
    _answer(desk, _file(desk))
    decide_correction(
        correction=Correction.objects.get().uuid,
        officer=desk.sun,
        approve=False,
        words="网络记录没有附上。",
        now=NOON + 3 * 3_600_000,
    )

    objection = Objection.objects.get()
    assert (objection.state, objection.answer, desk.total) == ("filed", "", 0)
    assert [s.kind for s in objection.steps.order_by("pk")] == ["filed", "proposed", "returned"]
    assert _answer(desk, objection).state == "proposed"


def test_only_an_officer_with_the_right_may_answer_and_never_the_own(desk):
    objection = _file(desk)
    wrong = [
        (_appointed(desk, desk.user), errors.OwnCause),
        (_merged(desk), errors.OwnCause),
        (officer_at(desk.tree["plant"], write=False), errors.NotInScope),
        (officer_at(desk.tree["plant"], "membership"), errors.NotInScope),
        (officer_at(desk.tree["mine"]), errors.NotInScope),
    ]
    for officer, error in wrong:
        with pytest.raises(error):
            _answer(desk, objection, officer=officer)


def _appointed(desk, user):
    appoint(officer=user, union=desk.tree["plant"], duty="training", may_write=True, on=date(2026, 1, 1))
    return user


def _merged(desk):
    user = officer_at(desk.tree["plant"])
    PersonAlias.objects.create(alias=desk.learner, person=user.person)
    return user


def test_after_three_working_days_the_next_union_up_answers(desk):
    friday = NOON + 4 * DAY
    objection = _file(desk, now=friday)
    assert objection.due_on == date(2026, 12, 2)
    assert escalate_overdue(now=day_start_ms(date(2026, 12, 3)) - 1) == 0

    assert escalate_overdue(now=day_start_ms(date(2026, 12, 3))) == 1

    objection.refresh_from_db()
    assert (objection.desk, objection.escalations) == (desk.tree["county"].uuid, 1)
    assert objection.due_on == date(2026, 12, 8)
    assert _told(desk.learner) == ["异议转到了上一级工会"]
    assert _told(desk.sun.person.uuid) == ["有一条学时异议等答复"]
    late = day_start_ms(date(2026, 12, 4))
    with pytest.raises(errors.NotInScope):
        _answer(desk, objection, now=late)
    assert _answer(desk, objection, officer=desk.sun, now=late, upheld=False).state == "not_upheld"


def test_task_of_an_answer_that_went_up_ends_with_the_approval(desk):
    _answer(desk, _file(desk))
    later = day_start_ms(date(2026, 12, 3))
    assert escalate_overdue(now=later) == 1
    tasks = inbox.messages_of(desk.sun.person.uuid).filter(is_task=True, done_at=None)
    assert {task.title for task in tasks} == {"有一条学时异议等答复", "有一笔学时更正等复核"}

    decide_correction(correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=later)

    assert not tasks.all().exists()


def test_at_the_top_an_objection_stays_and_stays_overdue(desk):
    _file(desk)
    now = NOON
    for expected in ("county", "city", "prov", "nat"):
        now += 14 * DAY
        assert escalate_overdue(now=now) == 1
        assert Objection.objects.get().desk == desk.tree[expected].uuid
    assert escalate_overdue(now=now + 14 * DAY) == 0


def _counted(desk):
    desk.player.play(MINUTE, position=0)
    desk.player.answer(1)
    return desk.player.entries[-1]


def _reverse(desk, entry, **fields):
    fields = {"officer": desk.zhou, "reason": "not_in_person", "now": NOON + 3_600_000} | fields
    return file_reversal(
        learner=desk.learner, entry=entry.n, words="当班记录显示人不在。", paper=PAPER, **fields
    )


@pytest.mark.parametrize("kept", [0, 25_000])
def test_reversal_takes_back_an_entry_or_all_but_a_part(desk, kept):
    entry = _counted(desk)
    correction = _reverse(desk, entry, kept_ms=kept)
    assert desk.total == MINUTE

    decide_correction(correction=correction.uuid, officer=desk.sun, approve=True, now=NOON + 2 * 3_600_000)

    assert desk.total == kept
    back = desk.player.entries[1]
    copied = ("day", "union", "policy", "part")
    assert [getattr(back, name) for name in copied] == [getattr(entry, name) for name in copied]
    assert (back.kind, back.refers_to, back.evidence_ref) == ("reversal", entry.n, PAPER.sha256)
    assert (back.actor, back.approver) == (desk.zhou.person.uuid, desk.sun.person.uuid)
    assert _told(desk.learner) == ["一笔学时被更正"]
    with pytest.raises(errors.NotCorrectable):
        _reverse(desk, entry)


def test_entry_has_one_open_correction(desk):
    entry = _counted(desk)
    first = _reverse(desk, entry)
    with pytest.raises(errors.NotCorrectable):
        _reverse(desk, entry)
    decide_correction(
        correction=first.uuid, officer=desk.sun, approve=False, words="证据不够。", now=NOON + 2 * 3_600_000
    )
    assert desk.total == MINUTE
    assert _reverse(desk, entry).state == "filed"


def _grant(desk, began_at=NOON - 4 * 3_600_000, ms=45 * MINUTE, **fields):
    fields = {"officer": desk.zhou, "reason": "classroom", "now": NOON + 3_600_000} | fields
    return file_grant(
        learner=desk.learner,
        began_at=began_at,
        ms=ms,
        words="早上集中学习，有签到表。",
        paper=PAPER,
        **fields,
    )


def test_manual_grant_counts_after_the_second_person(desk):
    correction = _grant(desk)
    decide_correction(correction=correction.uuid, officer=desk.sun, approve=True, now=NOON + 2 * 3_600_000)

    entry = desk.player.entries[-1]
    assert (entry.kind, entry.ms, entry.online, entry.evidence) == ("grant", 45 * MINUTE, False, "leader")
    assert entry.evidence_ref == PAPER.sha256
    assert _told(desk.learner) == ["工会给你补了学时"]
    with pytest.raises(errors.TooMuch):
        _grant(desk, began_at=NOON - 4 * 3_600_000 + 44 * MINUTE)


def test_manual_grant_lies_on_one_day_and_in_the_past(desk):
    for began_at, ms in [
        (NOON + 3_500_000, 45 * MINUTE),
        (day_start_ms(MONDAY) - 10 * MINUTE, 45 * MINUTE),
        (NOON - 4 * 3_600_000, 0),
    ]:
        with pytest.raises(errors.TooMuch):
            _grant(desk, began_at=began_at, ms=ms)
    entry = _counted(desk)
    with pytest.raises(errors.TooMuch):
        _grant(desk, began_at=entry.t_from, ms=MINUTE)


def test_share_of_upheld_objections_is_counted_by_reason_and_policy(desk):
    _answer(desk, _file(desk), upheld=False)
    figure = outcome_figures()[0]
    assert (figure.reason, figure.policy, figure.filed, figure.open) == ("missed_check", "national@1", 1, 0)
    assert (figure.upheld, figure.not_upheld, figure.upheld_permille) == (0, 1, 0)


def _refused(statement, *params):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError:
        return True
    return False


BENDING = [
    "UPDATE records_objection SET words = 'x'",
    "UPDATE records_objection SET evidence_hash = evidence_hash",
    "UPDATE records_objection SET state = 'upheld'",
    "UPDATE records_objection SET state = 'gone'",
    "UPDATE records_objection SET state = 'not_upheld', answered_at = 1, answered_by = learner, answer = 'x'",
    "DELETE FROM records_objection",
    "DELETE FROM records_objectionspan",
    "UPDATE records_objectionstep SET words = 'x'",
    "DELETE FROM records_objectionstep",
    "UPDATE records_evidencefile SET name = 'x'",
    "UPDATE records_correction SET ms = ms + 1",
    "UPDATE records_correction SET filed_by = learner",
    "DELETE FROM records_correction",
    "UPDATE records_correction SET state = 'approved'",
    "UPDATE records_correction SET state = 'approved', decided_by = filed_by, decided_at = 1, first_entry = 1,"
    " last_entry = 1",
    "UPDATE records_correction SET state = 'approved', decided_by = learner, decided_at = 1, first_entry = 1,"
    " last_entry = 1",
    "UPDATE records_correction SET state = 'refused', decided_by = desk, decided_at = 1",
]


def test_database_refuses_to_bend_what_was_filed(desk):
    _file(desk)
    _grant(desk)
    assert [statement for statement in BENDING if not _refused(statement)] == []


@pytest.mark.embedded
def test_replace_over_any_key_is_refused(desk):
    """A REPLACE deletes what stands in its way, and no delete trigger hears of it."""
    _file(desk)
    _grant(desk)
    _reverse(desk, _counted(desk))
    for model, anew in [
        (Objection, {"uuid"}),
        (Objection, {"id"}),
        (ObjectionSpan, {"id"}),
        (EvidenceFile, {"id"}),
        (Correction, {"id"}),
        (Correction, {"id", "uuid"}),
    ]:
        table = model._meta.db_table
        columns = [f'"{f.column}"' for f in model._meta.local_concrete_fields if f.name != "id"]
        values = ["lower(hex(randomblob(16)))" if c == '"uuid"' and "uuid" in anew else c for c in columns]
        if "id" not in anew:
            columns, values = [*columns, "id"], [*values, "id"]
        before = list(model.objects.order_by("pk").values())
        assert _refused(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} "
            "ORDER BY id DESC LIMIT 1"
        ), (table, anew)
        assert list(model.objects.order_by("pk").values()) == before
    assert _refused("UPDATE OR REPLACE records_correction SET id = id + 1")


def test_decided_rows_are_final_in_the_database(desk):
    _answer(desk, _file(desk))
    decide_correction(
        correction=Correction.objects.get().uuid, officer=desk.sun, approve=True, now=NOON + 3 * 3_600_000
    )
    assert _refused("UPDATE records_objection SET state = 'filed'")
    assert _refused("UPDATE records_objection SET answer = 'x'")
    assert _refused("UPDATE records_correction SET decision = 'x'")
    assert _refused("UPDATE records_correction SET state = 'filed', decided_by = NULL, decided_at = NULL")


def test_database_takes_no_correction_without_evidence_or_in_the_own_cause(desk):
    fields = {
        "learner": desk.learner, "kind": "grant", "ms": MINUTE, "day": MONDAY, "began_at": NOON, "desk": desk.learner,
        "reason": "classroom", "words": "x", "filed_by": make_user().person.uuid, "filed_at": NOON,
    }  # fmt: skip
    objection = _file(desk)
    bad = [
        {},
        {"objection": objection, "filed_by": desk.learner},
        {"objection": objection, "ms": -1},
        {"objection": objection, "ms": 25 * 3_600_000},
        {"objection": objection, "kind": "reversal"},
        {"objection": objection, "words": ""},
    ]
    for changed in bad:
        with pytest.raises(DatabaseError), transaction.atomic():
            Correction.objects.create(**fields | changed)
    Correction.objects.create(**fields | {"objection": objection})
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.create(**fields | {"objection": objection})
