"""Hours of another platform count once, within the day's cap, with the file as their proof, and go as a whole."""

from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Person
from core.clock import day_start_ms
from core.importer import runs
from core.importer.models import ImportRun
from records import api as records
from records.models import LedgerEntry
from tests.factories.people import make_member, make_person, make_tree

pytestmark = pytest.mark.django_db
DAY, TODAY = date(2026, 11, 20), date(2026, 11, 23)
HEADS = "姓名,手机号,学习日期,开始时间,时长（分钟）,课程,平台"
HOUR = 3_600_000


@pytest.fixture
def t():
    tree = make_tree()
    make_member(tree["plant"], person=make_person(name="李海生", phone="13800138000"), since=date(2026, 1, 1))
    return tree


def plan(union, *lines):
    return runs.make_run(
        kind="records.study",
        content="\n".join([HEADS, *lines]).encode("gb18030"),
        options={"today": TODAY.isoformat(), "union": union.pk},
    )


def applied(run):
    ImportRun.objects.filter(pk=run.pk).update(state="applying")
    return runs.apply_run(run=run, now=timezone.now())


def reasons(run):
    return ["；".join(row.errors) for row in runs.lines_of(run).order_by("line")]


def stretches():
    rows = LedgerEntry.objects.filter(kind="import").order_by("n")
    begins = day_start_ms(DAY)
    return [((e.t_from - begins) / HOUR, (e.t_to - begins) / HOUR) for e in rows]


def test_a_record_becomes_time_of_its_day_and_union_and_goes_by_a_reversal(t):
    run = applied(plan(t["plant"], "李海生,13800138000,2026-11-20,19:30,90,高处作业,示例平台"))
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.ms, entry.day, entry.union) == ("import", 90 * 60_000, DAY, t["plant"].uuid)
    assert (entry.evidence, len(entry.evidence_ref)) == ("import", 64)
    assert stretches() == [(19.5, 21.0)]

    again = plan(t["plant"], "李海生,13800138000,2026-11-20,19:30,90,高处作业,示例平台")
    assert again.counts()["unchanged"] == 1

    runs.undo_run(run=run, now=timezone.now())
    assert [(e.kind, e.ms) for e in LedgerEntry.objects.order_by("n")] == [
        ("import", 5_400_000), ("reversal", -5_400_000),
    ]  # fmt: skip
    call_command("verify_ledger", "--all", "--json")


def test_time_that_is_recorded_already_is_not_counted_twice(t):
    learner = Person.objects.get().uuid
    held = records.earned_otherwise(
        kind="attendance", activity="urn:x", source="test", t_from=day_start_ms(DAY) + 20 * HOUR, ms=HOUR,
        union=t["plant"].uuid, policy="default@1", evidence="leader", evidence_ref="0" * 64, actor=learner,
    )  # fmt: skip
    records.append_entries(learner=learner, drafts=[held], now=day_start_ms(date(2026, 11, 21)))
    run = applied(
        plan(
            t["plant"],
            "李海生,13800138000,2026-11-20,19:30,120,甲,平台",
            "李海生,13800138000,2026-11-20,20:00,30,乙,平台",
            "李海生,13800138000,2026-11-20,,45,丙,平台",
        )
    )
    assert stretches() == [(19.5, 20.0), (21.0, 21.5), (8.0, 8.75)]
    assert "已经有学时" in reasons(run)[1]


def test_a_day_holds_no_more_than_the_policy_lets_it(t):
    begins = day_start_ms(date(2026, 1, 1))
    records.issue_policy(owner="national", daily_cap_ms=2 * HOUR, effective_from=begins)
    run = applied(
        plan(
            t["plant"],
            "李海生,13800138000,2026-11-20,08:00,90,甲,平台",
            "李海生,13800138000,2026-11-20,12:00,90,乙,平台",
            "李海生,13800138000,2026-11-20,15:00,90,丙,平台",
        )
    )
    assert sum(e.ms for e in LedgerEntry.objects.all()) == 2 * HOUR
    assert "记满" in reasons(run)[2]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("李海生,,2026-11-20,,45,甲,平台", "至少填一个"),
        ("李海生,13800138009,2026-11-20,,45,甲,平台", "没有找到"),
        ("王好,13800138000,2026-11-20,,45,甲,平台", "没有找到"),
        ("李海生,13800138000,2026-11-24,,45,甲,平台", "不能晚于今天"),
        ("李海生,13800138000,2025-12-31,,45,甲,平台", "还不是"),
        ("李海生,13800138000,2026-11-20,25:00,45,甲,平台", "开始时间"),
        ("李海生,13800138000,2026-11-20,,0,甲,平台", "时长"),
        ("李海生,13800138000,2026-11-20,,2000,甲,平台", "16 小时"),
    ],
)
def test_a_record_that_cannot_be_right_says_why(t, line, says):
    run = plan(t["plant"], line)
    assert run.counts()["refused"] == 1
    assert says in reasons(run)[0]
