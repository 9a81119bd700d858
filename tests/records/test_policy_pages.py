"""The officers' pages of policies and recounts: what they show, refuse and publish; all of it without a script."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs.models import Job
from core.jobs.worker import run_job
from records.api import issue_policy
from records.ledger.terms import DAY_MS
from records.models import Recount, StudyPolicy
from records.recounts import previews
from records.rollups import roll_up
from tests.factories.people import make_member, make_tree
from tests.factories.records import MINUTE
from tests.records.desk import officer_at
from tests.records.player import Player
from tests.records.world import NOON

pytestmark = pytest.mark.django_db
DECEMBER = NOON + 10 * DAY_MS
FORM = {"on": "2026-12-10", "at": "00:00", "note": "按省里的通知"}


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def november(clock, tree):
    """Two members of the plant studied two minutes on 23 November; now it is December."""
    issue_policy(owner="national", effective_from=0, presence_min_ms=MINUTE, presence_max_ms=MINUTE)
    for _ in range(2):
        clock.now = NOON
        player = Player(clock, learner=make_member(tree["plant"]).uuid)
        for number in range(2):
            player.play(MINUTE)
            player.answer(number, late=0)
        player.close()
    while roll_up(limit=100):
        pass
    clock.now = DECEMBER


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _address(tree, more=""):
    return f"/unions/{tree['plant'].uuid}/policy/{more}"


def test_page_says_where_each_value_comes_from_and_keeps_every_version(clock, tree):
    issue_policy(owner=f"union:{tree['prov'].uuid}", effective_from=0, daily_cap_ms=300 * MINUTE)
    issue_policy(
        owner=f"union:{tree['plant'].uuid}", effective_from=0, part_cap_ms=40 * MINUTE, note="车间班次"
    )
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=2**42)

    page = _client(officer_at(tree["plant"])).get(_address(tree)).content.decode()

    assert "江川省总工会第 1 版" in page
    assert "栖江重型机械厂工会第 1 版" in page
    assert "系统默认" in page
    assert "每一段最多计时 40 分钟" in page
    assert ("正在用" in page, "还没到时候" in page, "车间班次" in page) == (True, True, True)


def test_preview_counts_whom_a_version_would_change_and_writes_nothing(november, tree):
    officer = _client(officer_at(tree["plant"]))

    page = officer.post(_address(tree, "new/"), FORM | {"daily_cap_ms": "1", "act": "preview"})

    words = page.content.decode()
    assert page.status_code == 200
    assert "按第 1 版，2026年11月有 2 名会员的学时会变" in words
    assert "一共会少 2 分钟" in words
    assert not StudyPolicy.objects.filter(owner__startswith="union:").exists()


def test_preview_names_what_cannot_be_judged_again(november, tree):
    form = FORM | {"daily_cap_ms": "1", "complete_ratio": "90", "act": "preview"}

    page = _client(officer_at(tree["plant"])).post(_address(tree, "new/"), form).content.decode()

    assert "看到多少算学完也和当时不同" in page


def test_large_preview_is_made_by_a_job(november, tree, monkeypatch):
    monkeypatch.setattr(previews, "AT_ONCE", 1)
    officer = _client(officer_at(tree["plant"]))

    led = officer.post(_address(tree, "new/"), FORM | {"daily_cap_ms": "1", "act": "preview"})
    waiting = officer.get(led.url).content.decode()
    run_job(Job.objects.get(kind=previews.JOB).pk)
    done = officer.get(led.url).content.decode()

    assert "正在后台试算" in waiting
    assert "2 名会员的学时会变" in done


def test_publishing_takes_minutes_and_percent_and_says_from_when(november, tree):
    officer = officer_at(tree["plant"])
    form = FORM | {"daily_cap_ms": "90", "complete_ratio": "92.5", "sound_only": "no", "act": "publish"}

    led = _client(officer).post(_address(tree, "new/"), form)

    policy = StudyPolicy.objects.get(owner=f"union:{tree['plant'].uuid}")
    assert led.url == _address(tree)
    assert (policy.daily_cap_ms, str(policy.complete_ratio), policy.sound_only) == (
        90 * MINUTE,
        "0.925",
        False,
    )
    assert (policy.max_rate, policy.made_by, policy.note) == (None, officer.person.uuid, "按省里的通知")
    assert policy.effective_from == NOON + 17 * DAY_MS - 12 * 60 * MINUTE


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("daily_cap_ms", "1441", "写 1 到 1440 分钟。"),
        ("daily_cap_ms", "-1", "写 1 到 1440 分钟。"),
        ("max_rate", "NaN", "写一个数字"),
        ("lateness_days", "99999999999999999999", "写 0 到 14 天。"),
        ("lateness_days", "14", "加起来最多 14 天"),
        ("on", "2026-11-30", "生效时间要在现在之后"),
        ("on", "2026-02-30", "写日期"),
        ("sound_only", "maybe", ""),
        ("note", "\x00", ""),
    ],
)
def test_what_does_not_fit_is_answered_beside_its_field(november, tree, field, value, sentence):
    form = FORM | {"daily_cap_ms": "90", "act": "publish"} | {field: value}

    answer = _client(officer_at(tree["plant"])).post(_address(tree, "new/"), form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not StudyPolicy.objects.filter(owner__startswith="union:").exists()


def test_preset_fills_what_is_a_field_and_shows_the_rest_as_notes(clock, tree):
    officer = _client(officer_at(tree["plant"]))

    liaoning = officer.get(_address(tree, "new/?preset=liaoning2023")).content.decode()
    platform = officer.get(_address(tree, "new/?preset=yunnanplatform2021")).content.decode()
    unknown = officer.get(_address(tree, "new/?preset=nowhere"))

    assert 'name="online_share" value="50"' in liaoning
    assert "每次课前人脸核验" in platform
    assert unknown.status_code == 200


def test_forms_begin_with_dates_that_a_browser_understands(november, tree):
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=0, daily_cap_ms=MINUTE)
    officer = _client(officer_at(tree["plant"]))

    version = officer.get(_address(tree, "new/")).content.decode()
    recount = officer.get(_address(tree, "1/recount/")).content.decode()

    assert 'name="on" value="2026-12-04"' in version
    assert 'name="at" value="00:00"' in version
    assert ('value="2026-11-01"' in recount, 'value="2026-11-30"' in recount) == (True, True)


@pytest.mark.parametrize("share", ["120", "-1", "NaN"])
def test_a_share_that_is_none_is_named_with_what_may_be_written(clock, tree, share):
    answer = _client(officer_at(tree["plant"])).post(_address(tree, "new/"), FORM | {"online_share": share})

    assert answer.status_code == 422
    assert "0 到 100 ％" in answer.content.decode()


def test_who_may_only_read_sees_no_way_to_write(clock, tree):
    reader = _client(officer_at(tree["plant"], write=False))

    assert "写新的一版" not in reader.get(_address(tree)).content.decode()
    assert reader.get(_address(tree, "new/")).status_code == 404


def test_recount_is_filed_decided_by_another_and_shown(november, tree):
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=0, daily_cap_ms=MINUTE)
    first, second = (_client(officer_at(tree["plant"])) for _ in range(2))
    days = {"day_from": "2026-11-01", "day_to": "2026-11-30", "words": "上限写错了"}

    filed = first.post(_address(tree, "1/recount/"), days)
    own = first.get(filed.url).content.decode()
    first.post(f"{filed.url}decide/", {"decision": "approve"})
    still = Recount.objects.get().state
    other = second.get(filed.url).content.decode()
    second.post(f"{filed.url}decide/", {"decision": "approve"})
    run_job(Job.objects.get(kind="records.recount").pk)
    page = second.get(filed.url).content.decode()

    assert ("要由另一个人复核" in own, still, "通过，入账" in other) == (True, "filed", True)
    assert "2 名会员，少 2 分钟" in page
    assert "已经入账" in page
    assert "按第 1 版" in first.get(_address(tree)).content.decode()


def test_recount_that_changes_nobody_is_told_so(november, tree):
    issue_policy(owner=f"union:{tree['plant'].uuid}", effective_from=0, daily_cap_ms=60 * MINUTE)
    days = {"day_from": "2026-11-01", "day_to": "2026-11-30", "words": "看看"}

    answer = _client(officer_at(tree["plant"])).post(_address(tree, "1/recount/"), days)

    assert answer.status_code == 422
    assert "没有人的学时会变" in answer.content.decode()


def test_page_costs_the_same_with_many_versions_and_recounts(clock, tree):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert officer.get(_address(tree)).status_code == 200
        return len(queries)

    owner = f"union:{tree['plant'].uuid}"
    officer = _client(officer_at(tree["plant"]))
    made = [issue_policy(owner=owner, effective_from=0, part_cap_ms=MINUTE)]
    _recount(made[0], tree)
    cost()
    few = cost()
    for number in range(1, 9):
        _recount(issue_policy(owner=owner, effective_from=number, part_cap_ms=MINUTE * number), tree)

    assert cost() == few <= 12


def _recount(policy, tree):
    return Recount.objects.create(
        policy=policy, union=tree["plant"].uuid, day_from=date(2026, 11, 1), day_to=date(2026, 11, 2), words="看看",
        preview={"changed": 1, "gained_ms": 0, "lost_ms": 1}, filed_by=officer_at(tree["plant"]).person.uuid, filed_at=1,
    )  # fmt: skip
