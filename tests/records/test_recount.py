"""Recorded time judged again under other caps: what a recount comes to, and that nothing is credited twice or lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from core import inbox
from core.clock import day_of
from core.jobs.models import Job
from core.jobs.worker import run_job
from core.models import AuditRow
from records.api import issue_policy
from records.ledger.terms import DAY_MS, Terms
from records.models import (
    DailyStudy,
    LedgerEntry,
    PartProgress,
    Recount,
    RecountedLearner,
    RecountLine,
    RefusedSpan,
    StudyPolicy,
)
from records.operations.entries import append_entries, reversal_of
from records.operations.policies import version_of
from records.recounts import errors, requests
from records.recounts.evidence import Resolver, Scope
from records.recounts.requests import decide_recount, file_recount
from records.recounts.rules import Caps, Stretch
from records.recounts.rules import recount as judge_again
from records.recounts.running import candidates, changes_of, enter_recount, figures_of
from records.rollups import roll_up
from records.verify import verify
from tests.factories.people import make_member, make_tree, make_user
from tests.factories.records import MINUTE, make_lesson
from tests.records.desk import officer_at
from tests.records.player import Player
from tests.records.world import NOON, World, part_id, played

QUICK = {"presence_min_ms": MINUTE, "presence_max_ms": MINUTE}
MONDAY = day_of(NOON)


# The rules alone: a history lived under caps, and the same history recounted to others.

HISTORY = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 40)), min_size=1, max_size=10
)
CAP = st.one_of(st.none(), st.integers(0, 80))
CAPS = st.builds(Caps, day=CAP, part=CAP, course=CAP)


def _live(history, caps, *, again=False):
    """
    Play stretches of so many seconds, each proved at once: on which day, in which part, how long. Return credited ms by
    part and day, and the stretches the record would keep. With ``again`` each day's first one is played once more.
    """
    terms = Terms(
        daily_cap_ms=caps.day and caps.day * 1_000 if caps.day is not None else None,
        part_cap_ms=caps.part * 1_000 if caps.part is not None else None,
        course_cap_ms=caps.course * 1_000 if caps.course is not None else None,
    )
    world = World(parts=[600_000, 600_000], terms=terms)
    at = {0: 0, 1: 0}
    kept, by_day = [], {}
    for number, (day, part, seconds) in enumerate(sorted(history, key=lambda play: play[0])):
        world.now = NOON + day * DAY_MS + number * 200_000
        session = world.open()
        ms = seconds * 1_000
        before, refused = len(world.takings), len(world.refusals)
        world.send(session, [played(1, 0, at[part], ms, part=part)], now=world.now + ms)
        world.prove(session)
        path = ((at[part], at[part] + ms),)
        at[part] += ms
        for taking in world.takings[before:]:
            length = taking.end - taking.start
            key = taking.part, day_of(taking.start)
            by_day[key] = by_day.get(key, 0) + length
            kept.append(Stretch(taking.part, "course", day_of(taking.start), length, length, length, path))
        spans = {(r.part, r.start, r.end): r for r in world.refusals[refused:]}
        for (of, start, end), refusal in spans.items():
            places = (refusal.positions,) if refusal.positions else ()
            kept.append(Stretch(of, "course", day_of(start), end - start, 0, 0, places))
    return by_day, kept, {part_id(n): world.sets[part_id(n)].covered_ms for n in (0, 1)}


def _in_ms(caps):
    return Caps(*(None if cap is None else cap * 1_000 for cap in (caps.day, caps.part, caps.course)))


def _by_day(stretches, judged):
    out = {}
    for stretch, verdict in zip(stretches, judged, strict=True):
        key = stretch.part, stretch.day
        out[key] = out.get(key, 0) + verdict.ms
    return {key: ms for key, ms in out.items() if ms}


@pytest.mark.once
@given(HISTORY, CAPS)
@settings(max_examples=60)
def test_recount_under_the_same_caps_changes_nothing(history, caps):
    _lived, kept, covered = _live(history, caps)

    judged = judge_again([replace(s, caps=_in_ms(caps)) for s in kept], covered)

    assert [j.ms for j in judged] == [s.standing for s in kept]


@pytest.mark.once
@given(HISTORY, CAPS, CAPS)
@settings(max_examples=120)
def test_recount_to_other_caps_equals_the_history_lived_under_them(history, caps, other):
    _lived, kept, covered = _live(history, caps)

    judged = judge_again([replace(s, caps=_in_ms(other)) for s in kept], covered)

    assert _by_day(kept, judged) == _live(history, other)[0]


# With the database.


@pytest.fixture
def tree(db):
    return make_tree()


@pytest.fixture
def national(db):
    return issue_policy(owner="national", effective_from=0, **QUICK)


def _study(clock, learner, *, day=0, minutes=2, lesson=None, at=0):
    """Play minutes, each proved by its check; return the player."""
    clock.now = NOON + day * DAY_MS + at
    player = Player(clock, lesson or make_lesson(30 * MINUTE), learner)
    for number in range(minutes):
        player.play(MINUTE)
        player.answer(number, late=0)
    player.close(present=False)
    return player


def _second_minute(player):
    """Play the lesson's second minute in a session of its own, proved by its check."""
    player.open()
    player.position = MINUTE
    player.play(MINUTE)
    player.answer(0, late=0)


def _version(**values):
    """Return a version that is not in force yet: a recount asks what it would say."""
    later = NOON + (300 + StudyPolicy.objects.count()) * DAY_MS
    return issue_policy(owner="national", effective_from=later, **QUICK, **values)


def _scope(policy, days=5):
    return Scope(version_of(policy), MONDAY, MONDAY + timedelta(days=days))


def _stands(learner):
    """Return credited ms by day, straight from the ledger."""
    out = {}
    for entry in LedgerEntry.objects.filter(learner=learner):
        out[entry.day] = out.get(entry.day, 0) + entry.ms
    return {day: ms for day, ms in out.items() if ms}


def _approved(policy, tree, days=5):
    return Recount.objects.create(
        policy=policy, union=tree["nat"].uuid, day_from=MONDAY, day_to=MONDAY + timedelta(days=days), words="上限改了",
        preview={}, filed_by=uuid4(), filed_at=1, state="approved", decided_by=uuid4(), decided_at=2, job=uuid4(),
    )  # fmt: skip


def _enter(policy, learner, tree, clock):
    scope = _scope(policy)
    return enter_recount(
        _approved(policy, tree),
        learner,
        scope,
        Resolver(scope.version),
        evidence="a" * 64,
        now=clock.forward(1_000),
    )


@pytest.mark.django_db
def test_recount_to_a_day_cap_reverses_and_enters_what_stands(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner, minutes=3)
    capped = _version(daily_cap_ms=100_000)

    done = _enter(capped, learner, tree, clock)

    entries = list(LedgerEntry.objects.filter(learner=learner).order_by("n"))
    assert [(e.kind, e.ms) for e in entries[3:]] == [
        ("reversal", -MINUTE), ("study", 40_000), ("reversal", -MINUTE),
    ]  # fmt: skip
    assert {(e.reason, e.evidence_ref, e.union) for e in entries[3:]} == {
        ("recount", "a" * 64, tree["shop"].uuid)
    }
    assert entries[4].policy == "national@2"
    assert (done.before_ms, done.after_ms) == (2 * MINUTE, 40_000)
    assert [(r.reason, r.t_to - r.t_from) for r in RefusedSpan.objects.order_by("pk")] == [
        ("day_cap", 20_000), ("day_cap", MINUTE),
    ]  # fmt: skip
    assert PartProgress.objects.get().credited_ms == 100_000


@pytest.mark.django_db
def test_recount_again_changes_nothing_and_back_restores_every_day(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    lesson = make_lesson(30 * MINUTE)
    _study(clock, learner, minutes=3, lesson=lesson)
    second = _study(clock, learner, day=1, minutes=0, lesson=lesson)
    second.open()
    second.position = 3 * MINUTE
    second.play(MINUTE)
    second.answer(0, late=0)
    before = _stands(learner)
    capped, free = _version(daily_cap_ms=50_000), _version(daily_cap_ms=None)

    _enter(capped, learner, tree, clock)
    low = _stands(learner)
    again = _enter(capped, learner, tree, clock)
    _enter(free, learner, tree, clock)

    assert (low, again) == ({MONDAY: 50_000, MONDAY + timedelta(days=1): 50_000}, None)
    assert _stands(learner) == before
    assert PartProgress.objects.get().credited_ms == 4 * MINUTE
    back = set(RefusedSpan.objects.filter(takes_back__isnull=False).values_list("takes_back", flat=True))
    assert {r.pk for r in RefusedSpan.objects.filter(takes_back=None)} == back


@pytest.mark.django_db
def test_what_a_cap_kept_out_counts_once_when_it_was_played_again_meanwhile(clock, tree):
    issue_policy(owner="national", effective_from=0, daily_cap_ms=MINUTE, **QUICK)
    learner = make_member(tree["shop"]).uuid
    lesson = make_lesson(2 * MINUTE)
    _study(clock, learner, minutes=2, lesson=lesson)
    again = _study(clock, learner, day=1, minutes=0, lesson=lesson)
    _second_minute(again)
    assert sum(_stands(learner).values()) == 2 * MINUTE

    _enter(_version(), learner, tree, clock)

    assert _stands(learner) == {MONDAY: 2 * MINUTE}


@pytest.mark.django_db
def test_time_that_a_recount_takes_is_earned_by_playing_again(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    lesson = make_lesson(2 * MINUTE)
    _study(clock, learner, minutes=2, lesson=lesson)
    _enter(_version(daily_cap_ms=MINUTE), learner, tree, clock)

    again = _study(clock, learner, day=1, minutes=0, lesson=lesson)
    _second_minute(again)

    assert _stands(learner) == {MONDAY: MINUTE, MONDAY + timedelta(days=1): MINUTE}


@pytest.mark.django_db
def test_figures_equal_the_ledger_and_the_chain_is_whole_after_a_recount(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner, minutes=3)
    _enter(_version(daily_cap_ms=100_000), learner, tree, clock)

    while roll_up(limit=100):
        pass

    assert sum(DailyStudy.objects.filter(learner=learner).values_list("ms", flat=True)) == 100_000
    assert verify(learners=[learner]).bad is None


@pytest.mark.django_db
def test_dry_run_names_what_no_recount_can_judge(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner)
    policy = _version(daily_cap_ms=MINUTE, max_rate="1.0", online_share="0.5")

    found = figures_of([learner], _scope(policy))

    assert (found.changed, found.lost_ms, found.beyond) == (1, MINUTE, ("max_rate",))


@pytest.mark.django_db
def test_union_outside_of_the_owner_and_of_the_scope_is_left_alone(clock, tree, national):
    inside, outside = make_member(tree["shop"]).uuid, make_member(tree["mine"]).uuid
    for learner in (inside, outside):
        _study(clock, learner)
    policy = issue_policy(owner=f"union:{tree['county'].uuid}", effective_from=NOON * 2, daily_cap_ms=MINUTE)
    scope = _scope(policy)

    changed = {who: len(changes_of(who, scope, Resolver(scope.version))[0]) for who in (inside, outside)}

    assert changed == {inside: 1, outside: 0}


@pytest.mark.django_db
def test_stretch_that_officers_corrected_is_left_to_them(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner, minutes=3)
    last = LedgerEntry.objects.get(learner=learner, n=3)
    append_entries(
        learner=learner, drafts=[reversal_of(last, reason="duplicate", actor=uuid4())], now=clock.now
    )

    _enter(_version(daily_cap_ms=30_000), learner, tree, clock)

    assert _stands(learner) == {MONDAY: 30_000}
    assert [line.root_entry for line in RecountLine.objects.order_by("pk")] == [1, 2]


# Two people and a job.


@pytest.fixture
def world(clock, tree, national):
    members = [make_member(tree["shop"]).uuid for _ in range(3)]
    for number, learner in enumerate(members):
        _study(clock, learner, minutes=number + 1)
    while roll_up(limit=100):
        pass
    clock.now = NOON + 2 * DAY_MS
    return members


def _file(tree, officer, policy, clock, **changed):
    fields = {"day_from": MONDAY, "day_to": MONDAY, "words": "省里把每天的上限改了"} | changed
    return file_recount(policy=policy, union=tree["plant"], officer=officer, now=clock.now, **fields)


@pytest.mark.django_db
def test_second_person_approves_and_a_job_enters_it_once_and_tells_the_learners(clock, tree, world):
    first, second = officer_at(tree["plant"]), officer_at(tree["plant"])
    filed = _file(tree, first, _version(daily_cap_ms=MINUTE), clock)
    assert (filed.preview["changed"], filed.preview["lost_ms"]) == (2, 3 * MINUTE)
    with pytest.raises(errors.SecondPersonNeeded):
        decide_recount(recount=filed.uuid, officer=first, approve=True, now=clock.now)

    decided = decide_recount(recount=filed.uuid, officer=second, approve=True, now=clock.now)
    job = Job.objects.get(uuid=decided.job)
    run_job(job.pk)
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(state="queued")
    run_job(job.pk)

    assert (job.state, job.error, job.result["changed"], job.result["lost_ms"]) == ("done", "", 2, 3 * MINUTE)
    assert [sum(_stands(learner).values()) for learner in world] == [MINUTE, MINUTE, MINUTE]
    assert RecountedLearner.objects.count() == 2
    actions = list(AuditRow.objects.filter(target=f"recount:{filed.uuid}").values_list("action", flat=True))
    assert sorted(actions) == ["recount.approve", "recount.file"]
    told = inbox.models.Message.objects.filter(kind="recount.entered")
    assert {m.recipient for m in told} == set(world[1:])
    entry = LedgerEntry.objects.filter(learner=world[1], reason="recount").first()
    assert (entry.actor, entry.approver) == (first.person.uuid, second.person.uuid)


@pytest.mark.django_db
def test_job_killed_between_two_learners_goes_on_without_doing_anybody_twice(clock, tree, world, monkeypatch):
    filed = _file(tree, officer_at(tree["plant"]), _version(daily_cap_ms=30_000), clock)
    decided = decide_recount(
        recount=filed.uuid, officer=officer_at(tree["plant"]), approve=True, now=clock.now
    )
    job = Job.objects.get(uuid=decided.job)
    real, calls = requests.enter_recount, []

    def killed(*args, **kwargs):
        calls.append(args[1])
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args, **kwargs)

    monkeypatch.setattr(requests, "enter_recount", killed)
    run_job(job.pk)
    assert RecountedLearner.objects.count() == 1
    Job.objects.filter(pk=job.pk).update(state="queued", run_after=job.run_after)
    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, RecountedLearner.objects.count()) == ("done", 3)
    assert [sum(_stands(learner).values()) for learner in world] == [30_000] * 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "changed", "error"),
    [
        ({"daily_cap_ms": MINUTE, "max_rate": "1.0"}, {}, errors.NotRecountable),
        ({"daily_cap_ms": 60 * MINUTE}, {}, errors.NothingChanges),
        ({"daily_cap_ms": MINUTE}, {"day_to": MONDAY + timedelta(days=2)}, errors.DaysWrong),
        ({"daily_cap_ms": MINUTE}, {"words": " "}, errors.WordsMissing),
    ],
)
def test_recount_that_cannot_be_done_is_refused_in_plain_words(clock, tree, world, values, changed, error):
    with pytest.raises(error) as refused:
        _file(tree, officer_at(tree["plant"]), _version(**values), clock, **changed)

    assert str(refused.value)
    assert not Recount.objects.exists()


@pytest.mark.django_db
def test_officer_without_the_duty_or_below_files_nothing(clock, tree, world):
    policy = _version(daily_cap_ms=MINUTE)
    for officer in (officer_at(tree["plant"], "statistics"), officer_at(tree["shop"]), make_user()):
        with pytest.raises(errors.NotInScope):
            _file(tree, officer, policy, clock)


@pytest.mark.django_db
def test_learners_of_other_days_and_unions_are_not_looked_at(world, tree):
    assert candidates(union=tree["plant"], day_from=MONDAY, day_to=MONDAY) == sorted(world)
    assert candidates(union=tree["mine"], day_from=MONDAY, day_to=MONDAY) == []
    assert (
        candidates(union=None, day_from=MONDAY - timedelta(days=9), day_to=MONDAY - timedelta(days=1)) == []
    )


@pytest.mark.django_db
def test_learner_whose_day_is_not_rolled_up_yet_is_looked_at(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner)

    assert candidates(union=tree["plant"], day_from=MONDAY, day_to=MONDAY) == [learner]


@pytest.mark.django_db
def test_lines_say_what_stands_for_each_stretch(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner, minutes=2)
    _enter(_version(daily_cap_ms=90_000), learner, tree, clock)

    line = RecountLine.objects.get()

    assert (line.root_entry, line.before_ms, line.after_ms, line.entry) == (2, MINUTE, 30_000, 4)
    assert RefusedSpan.objects.get(pk=line.span).reason == "day_cap"


CHANGES = [
    "UPDATE records_recountline SET after_ms = 1",
    "DELETE FROM records_recountline",
    "UPDATE records_recountedlearner SET after_ms = 1",
    "DELETE FROM records_recountedlearner",
    "UPDATE records_recount SET words = 'x'",
    "UPDATE records_recount SET state = 'filed', decided_by = NULL, decided_at = NULL, job = NULL",
    "UPDATE records_recount SET decided_by = filed_by",
    "DELETE FROM records_recount",
]


@pytest.mark.django_db
def test_database_refuses_to_change_what_a_recount_was_and_did(clock, tree, national):
    learner = make_member(tree["shop"]).uuid
    _study(clock, learner, minutes=2)
    _enter(_version(daily_cap_ms=90_000), learner, tree, clock)

    for statement in CHANGES:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_one_person_cannot_be_both_in_the_database_either(national, tree):
    one = uuid4()

    with pytest.raises(DatabaseError), transaction.atomic():
        Recount.objects.create(
            policy=national, union=tree["nat"].uuid, day_from=MONDAY, day_to=MONDAY, words="x", preview={},
            filed_by=one, filed_at=1, state="approved", decided_by=one, decided_at=2, job=uuid4(),
        )  # fmt: skip


@pytest.mark.django_db
def test_learner_reads_in_the_own_records_what_a_recount_left_and_why(clock, tree, national):
    user = make_user()
    make_member(tree["shop"], person=user.person)
    _study(clock, user.person.uuid, minutes=2)
    _enter(_version(daily_cap_ms=90_000), user.person.uuid, tree, clock)
    client = Client()
    client.force_login(user)

    page = client.get("/records/?month=2026-11").content.decode()
    answer = client.get("/api/v1/me/records").json()

    assert "30 秒没有算" in page
    assert sorted(row["ms"] for row in answer["records"] if row["reason"] == "recount") == [-MINUTE, 30_000]
