"""Rolls and trees come in as previewed, line by line, and go out again as a whole."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from core import inbox, jobs
from core.importer import runs
from core.importer.models import ImportRun
from core.importer.reading import UnreadableTable, read_table
from core.models import AuditRow
from tests.factories.people import make_member, make_person, make_tree, make_user
from unions import api
from unions.imports import MEMBERS, TREE
from unions.models import Membership, Union
from unions.operations import ask_back

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ID = "110101199003070011"
HEADS = "姓名,手机号,身份证号,性别,出生日期,技能等级,农民工,车间班组代码,入会日期"


@pytest.fixture
def t():
    return make_tree()


def plan(union, *lines, heads=HEADS):
    content = "\n".join([heads, *lines]).encode()
    return runs.make_run(
        kind=MEMBERS,
        content=content,
        options={"today": TODAY.isoformat(), "union": union.pk},
        scope="union:x",
    )


def applied(run):
    ImportRun.objects.filter(pk=run.pk).update(state="applying")
    return runs.apply_run(run=run, now=timezone.now())


def actions(run):
    return list(runs.lines_of(run).order_by("line").values_list("action", flat=True))


def why(run):
    return ["；".join(r.errors) for r in runs.lines_of(run).order_by("line")]


def test_the_preview_changes_nothing_and_holds_no_plain_name(t):
    before = Person.objects.count()
    run = plan(t["plant"], f"李海生,13800138000,{ID},,,四级/中级工,是,,2020-05-01")
    assert actions(run) == ["new"]
    assert Person.objects.count() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unions_rollline")
        assert "李海生" not in cursor.fetchone()[0]


def test_a_roll_makes_members_with_what_the_number_says(t):
    applied(plan(t["plant"], f"李海生,138 0013 8000,{ID},,,四级/中级工,是,{t['shop'].code},2020-05-01"))
    person = Person.objects.get()
    assert (person.name, person.phone, person.identity_number) == ("李海生", "+8613800138000", ID)
    assert (person.born_on, person.gender, person.level_rank) == (date(1990, 3, 7), "m", 3)
    assert person.is_migrant_worker
    assert person.display_name == "李师傅"
    membership = Membership.objects.get()
    assert (membership.union, membership.active_from) == (t["shop"], date(2020, 5, 1))


def test_the_same_roll_again_changes_nothing(t):
    line = f"李海生,13800138000,{ID},,,四级,是,,2020-05-01"
    applied(plan(t["plant"], line))
    run = plan(t["plant"], line)
    assert actions(run) == ["unchanged"]
    applied(run)
    assert (Person.objects.count(), Membership.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",13800138000,,,,,,,", "“姓名”没有填"),
        ("李海生,12345,,,,,,,", "“手机号”不对"),
        ("李海生,,110101199003070012,,,,,,", "“身份证号”不对"),
        (f"李海生,,{ID},女,,,,,", "对不上"),
        (f"李海生,,{ID},,1991-01-01,,,,", "对不上"),
        ("李海生,,,其他,,,,,", "“性别”写男或女"),
        ("李海生,,,,2090-01-01,,,,", "“出生日期”不对"),
        ("李海生,,,,1990-02-30,,,,", "“出生日期”不对"),
        ("李海生,,,,,九级,,,", "“技能等级”认不出来"),
        ("李海生,,,,,,也许,,", "“农民工”写是或否"),
        ("李海生,,,,,,,NOWHERE,", "“车间班组代码”不在这家工会下面"),
        ("李海生,,,,,,,JC-QJ-MK,", "“车间班组代码”不在这家工会下面"),
        ("李海生,,,,,,,,2090-01-01", "“入会日期”不对"),
        ("长" * 41 + ",,,,,,,,", "“姓名”最多 40 个字"),
    ],
)
def test_a_line_that_cannot_be_right_says_why(t, line, says):
    run = plan(t["plant"], line)
    assert actions(run) == ["refused"]
    assert says in why(run)[0]
    applied(run)
    assert not Person.objects.exists()


def test_a_number_twice_in_the_table_is_refused_the_second_time(t):
    run = plan(t["plant"], "甲,13800138000,,,,,,,", "乙,13800138000,,,,,,,")
    assert actions(run) == ["new", "refused"]


def test_a_person_is_known_by_identity_then_phone_then_a_name_that_is_one(t):
    by_id = make_member(t["plant"], person=make_person(name="甲", identity_number=ID))
    by_phone = make_member(t["plant"], person=make_person(name="乙", phone="13800138001"))
    by_name = make_member(t["plant"], person=make_person(name="丙"))
    make_member(t["plant"], person=make_person(name="丁"))
    make_member(t["plant"], person=make_person(name="丁"))
    run = plan(
        t["plant"],
        f"甲,,{ID},,,,,,",
        "乙,13800138001,,,,,是,,",
        "丙,,,,,高级工,,,",
        "丁,,,,,高级工,,,",
        "戊,,,,,,,,",
    )
    assert actions(run) == ["changed", "changed", "changed", "refused", "new"]
    assert list(runs.lines_of(run).order_by("line").values_list("target", flat=True))[:3] == [
        by_id.uuid, by_phone.uuid, by_name.uuid,
    ]  # fmt: skip
    assert "不止一位同名" in why(run)[3]


def test_two_people_behind_one_line_are_refused(t):
    make_member(t["plant"], person=make_person(name="甲", identity_number=ID))
    make_member(t["plant"], person=make_person(name="乙", phone="13800138001"))
    run = plan(t["plant"], f"甲,13800138001,{ID},,,,,,", "丙,13800138001,,,,,,,")
    assert actions(run)[0] == "refused"
    assert "两个人名下" in why(run)[0]


def test_a_number_under_another_name_is_refused(t):
    make_member(t["plant"], person=make_person(name="乙", phone="13800138001"))
    assert "另一个名字" in why(plan(t["plant"], "丙,13800138001,,,,,,,"))[0]


def test_a_member_of_another_union_needs_a_transfer_and_is_not_named(t):
    make_member(t["mine"], person=make_person(name="甲", phone="13800138001"))
    run = plan(t["plant"], "甲,13800138001,,,,,,,")
    assert actions(run) == ["refused"]
    assert "会籍转接" in why(run)[0]
    assert "煤矿" not in why(run)[0]


def test_a_roll_does_not_change_the_number_somebody_signs_in_with(t):
    person = make_member(t["plant"], person=make_person(name="甲", phone="13800138001", identity_number=ID))
    make_user(person=person, phone_verified_at=timezone.now())
    run = plan(t["plant"], f"甲,13900139000,{ID},,,,,,")
    assert "号码由本人改" in why(run)[0]


def test_a_move_between_workshops_is_a_change_and_keeps_history(t):
    person = make_member(t["plant"], person=make_person(name="甲", phone="13800138001"))
    applied(plan(t["plant"], f"甲,13800138001,,,,,,{t['shop'].code},"))
    rows = Membership.objects.filter(member=person).order_by("active_from")
    assert [(m.union.code, m.active_to) for m in rows] == [("JC-QJ-ZJ", TODAY), ("JC-QJ-ZJ-1", None)]


@pytest.mark.parametrize("way", ["roll", "transfer"])
def test_whoever_becomes_a_member_another_way_waits_for_no_answer(t, way):
    person = make_person(name="甲", phone="13800138001", registered_at=timezone.now())
    officer = make_user()
    if way == "transfer":
        make_member(t["mine"], person=person)
    request = api.request_to_join(person=person, union=t["plant"], on=TODAY)
    ask_back(request=request, officer=officer, at=timezone.now(), question="哪个班组？")

    if way == "roll":
        applied(plan(t["plant"], f"甲,13800138001,,,,,,{t['shop'].code},2020-05-01"))
    else:
        api.transfer_member(person=person, to=t["plant"], on=TODAY, actor=officer)

    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert [message.state for message in inbox.messages_of(person.uuid)] == ["done"]


def test_undoing_takes_the_whole_run_back(t):
    known = make_member(t["plant"], person=make_person(name="甲", phone="13800138001"))
    run = applied(plan(t["plant"], f"甲,13800138001,,,,高级工,,{t['shop'].code},", "乙,13800138002,,,,,,,"))
    assert Person.objects.count() == 2
    runs.undo_run(run=run, now=timezone.now())
    known.refresh_from_db()
    assert known.level_rank is None
    assert Person.objects.get() == known
    assert [(m.union.code, m.active_to) for m in known.memberships.all()] == [("JC-QJ-ZJ", None)]
    run.refresh_from_db()
    assert run.state == "undone"
    assert [r.action for r in AuditRow.objects.filter(stream="imports").order_by("n")] == [
        "import.apply", "import.undo",
    ]  # fmt: skip


def test_undoing_keeps_who_has_signed_in_and_what_was_changed_since(t):
    run = applied(plan(t["plant"], "甲,13800138001,,,,,,,", "乙,13800138002,,,,,,,"))
    Person.objects.filter(pk=Person.objects.earliest("id").pk).update(registered_at=timezone.now())
    runs.undo_run(run=run, now=timezone.now())
    assert Person.objects.count() == 1
    assert sorted(runs.lines_of(run).values_list("outcome", flat=True)) == ["kept", "undone"]


def test_a_run_that_was_cut_off_goes_on_behind_its_last_batch(t, monkeypatch):
    from unions.imports import members

    run = plan(t["plant"], "甲,13800138001,,,,,,,", "乙,13800138002,,,,,,,", "丙,13800138003,,,,,,,")
    real, seen = members.Batch.done, []

    def dies_at_the_second(batch):
        seen.append(1)
        real(batch)
        if len(seen) == 2:
            raise SystemExit

    monkeypatch.setattr(members, "A_BATCH", 1)
    monkeypatch.setattr(members.Batch, "done", dies_at_the_second)
    with pytest.raises(SystemExit):
        applied(run)
    assert Person.objects.count() == 1
    applied(run)
    assert Person.objects.count() == 3
    assert len(seen) == 4


def test_somebody_who_came_between_preview_and_doing_is_a_failed_line(t):
    run = plan(t["plant"], "甲,13800138001,,,,,,,")
    make_person(name="他", phone="13800138001")
    applied(run)
    row = runs.lines_of(run).get()
    assert (row.outcome, row.action) == ("failed", "new")
    assert "重新导入" in row.errors[0]


def test_planning_costs_the_same_for_two_and_for_a_hundred_lines(t):
    def cost(n):
        lines = [f"人{i},138{i:08d},,,,,,," for i in range(n)]
        with CaptureQueriesContext(connection) as queries:
            plan(t["plant"], *lines)
        return len(queries)

    assert cost(2) == cost(100)


def test_a_missing_heading_is_named(t):
    with pytest.raises(UnreadableTable, match="姓名"):
        plan(t["plant"], "13800138000", heads="手机号")
    with pytest.raises(UnreadableTable, match="只有表头"):
        plan(t["plant"])


def test_the_line_of_the_template_is_fit_to_be_brought_in_but_is_left_out_above_others(t):
    options = {"today": TODAY.isoformat(), "union": t["plant"].pk}
    rows = read_table(runs.template_file(MEMBERS))
    assert rows[0][0] == "姓名*"
    alone = runs.make_run(kind=MEMBERS, content=runs.template_file(MEMBERS), options=options)
    assert actions(alone) == ["new"]

    content = runs.template_file(MEMBERS, as_csv=True) + "王好,13800138001\r\n".encode()
    with_others = runs.make_run(kind=MEMBERS, content=content, options=options)
    assert [runs.cells_of(row)["name"] for row in runs.lines_of(with_others)] == ["王好"]


@pytest.mark.parametrize(
    ("place", "kind"),
    [("city", "BASE"), ("county", "BASE"), ("plant", "BRANCH"), ("shop", "GROUP"), (None, "BASE")],
)
def test_the_line_of_the_tree_template_fits_below_the_union_it_was_made_for(t, place, kind):
    options = {"today": TODAY.isoformat(), "root": t[place].pk if place else None}
    run = runs.make_run(kind=TREE, content=runs.template_file(TREE, options=options), options=options)
    assert (actions(run), why(run)) == (["new"], [""])
    [row] = run.rows.all()
    assert runs.cells_of(row)["kind"] == kind
    assert runs.cells_of(row)["parent"] == (t[place].code if place else "NAT")


def test_the_line_of_the_tree_template_is_left_out_above_others_wherever_it_was_made(t):
    options = {"root": t["plant"].pk}
    content = runs.template_file(TREE, as_csv=True, options=options) + "JC-1,新厂,BASE,JC-QJ-X\r\n".encode()
    run = runs.make_run(kind=TREE, content=content, options={"today": TODAY.isoformat(), "root": None})
    assert [row.target or runs.cells_of(row)["code"] for row in run.rows.all()] == ["JC-1"]


def test_the_file_of_refused_lines_can_be_brought_in_again(t):
    run = plan(t["plant"], "李海生,12345,,,,,,,", "王好,13800138001,,,,,,,")
    rows = read_table(runs.error_file(run))
    assert rows[1][0] == "李海生"
    assert "手机号" in rows[1][-1]
    assert len(rows) == 2
    again = runs.error_file(run).decode("utf-8-sig").replace("12345", "13800138009").encode()
    options = {"today": TODAY.isoformat(), "union": t["plant"].pk}
    assert actions(runs.make_run(kind=MEMBERS, content=again, options=options)) == ["new"]


# The tree

TREE_HEADS = "代码,名称,类型,上级代码,简称,统一社会信用代码,行政区划代码,行业门类,成立日期"


def plan_tree(*lines, root=None):
    return runs.make_run(
        kind=TREE,
        content="\n".join([TREE_HEADS, *lines]).encode(),
        options={"today": TODAY.isoformat(), "root": root.pk if root else None},
    )


def test_a_tree_comes_in_with_parents_of_the_same_table(t):
    run = plan_tree(
        "JC-QJ-X2,新厂工会,BASE,JC-QJ-X,新厂,,,C,2001-05-01", "JC-QJ-X2-1,一班,GROUP,JC-QJ-X2-0,,,,,",
        "JC-QJ-X2-A,甲车间,BRANCH,JC-QJ-X2,,,,,",
    )  # fmt: skip
    assert actions(run) == ["new", "refused", "new"]
    applied(run)
    shop = Union.objects.get(code="JC-QJ-X2-A")
    assert [u.code for u in api.ancestors(shop, on=TODAY)][-2:] == ["JC-QJ-X", "JC-QJ-X2"]
    assert shop.opened_on == TODAY


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ab,短,BASE,JC-QJ-X,,,,,", "“代码”是"),
        ("JC-1,新,KING,JC-QJ-X,,,,,", "没有“KING”这种类型"),
        ("JC-1,新,CITY,JC-QJ-X,,,,,", "不能放在它下面"),
        ("JC-1,新,BASE,NOWHERE,,,,,", "没有上级"),
        ("JC-1,新,BASE,JC-QJ-X,,91110000600037341L,,,", "8 开头"),
        ("JC-1,新,BASE,JC-QJ-X,,,12,,", "6 位数字"),
        ("JC-1,新,BASE,JC-QJ-X,,,,ZZ,", "一个字母"),
        ("JC-1,新,BASE,JC-QJ-X,,,,,2090-01-01", "不能晚于今天"),
        ("JC-QJ-ZJ,重机,COUNTY,JC-QJ,,,,,", "类型不能改"),
    ],
)
def test_a_line_of_a_tree_that_cannot_be_right_says_why(t, line, says):
    run = plan_tree(line)
    assert actions(run) == ["refused"]
    assert says in why(run)[0]


def test_a_tree_moves_renames_and_is_taken_back(t):
    run = applied(plan_tree("JC-QJ-ZJ,栖江重工工会,BASE,JC-QJ-Y,,,,,", "JC-NEW,新厂,BASE,JC-QJ-Y,,,,,"))
    plant = Union.objects.get(code="JC-QJ-ZJ")
    assert plant.name == "栖江重工工会"
    assert api.ancestors(plant, on=TODAY)[-1].code == "JC-QJ-Y"
    runs.undo_run(run=run, now=timezone.now())
    plant.refresh_from_db()
    assert plant.name == "栖江重型机械厂工会"
    assert api.ancestors(plant, on=TODAY)[-1].code == "JC-QJ-X"
    assert not Union.objects.filter(code="JC-NEW").exists()
    assert api.refresh_paths(on=TODAY) == 0


def test_an_officer_brings_in_below_the_own_union_only(t):
    run = plan_tree(
        "JC-1,新,BASE,JC-QJ-Y,,,,,",
        "JC-2,新,BASE,JC-QJ-X,,,,,",
        "JC-QJ-MK,煤矿,BASE,JC-QJ-X,,,,,",
        root=t["county"],
    )
    assert actions(run) == ["refused", "new", "refused"]


# Pages and commands


@pytest.fixture
def officer(client, t):
    user = make_user()
    api.appoint(officer=user, union=t["plant"], duty="membership", may_write=True, on=date(2026, 1, 1))
    client.force_login(user)
    return user


def upload(client, union, content, name="花名册.csv"):
    return client.post(f"/unions/{union.uuid}/import/members/", {"file": SimpleUploadedFile(name, content)})


def test_an_officer_uploads_looks_does_and_takes_back(client, t, officer, django_capture_on_commit_callbacks):
    content = f"{HEADS}\n李海生,13800138001,,,,,,,\n王错,12,,,,,,,".encode()
    answer = upload(client, t["plant"], content)
    url = answer.headers["Location"]
    page = client.get(url).content.decode()
    assert "确认导入 1 行" in page
    assert "李海生" in page
    assert "“手机号”不对" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{url}act/", {"do": "apply"})
    assert Membership.objects.filter(union=t["plant"]).count() == 1
    page = client.get(f"{url}?action=refused").content.decode()
    assert "李海生" not in page
    assert "整份撤销" in page
    [told] = inbox.messages_of(officer.person.uuid)
    assert (told.title, told.body, told.url) == ("花名册.csv 导入完了", "办好 1 行，1 行没办成。", url)
    assert "王错" in b"".join(client.get(f"{url}refused.csv").streaming_content).decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{url}act/", {"do": "undo"})
    assert not Membership.objects.filter(union=t["plant"]).exists()
    assert "已经办完了" in client.post(f"{url}act/", {"do": "undo"}, follow=True).content.decode()


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0\x00", "手机号\n138".encode()])
def test_a_file_that_is_no_roll_is_refused_on_the_page(client, t, officer, content):
    page = upload(client, t["plant"], content)
    assert page.status_code == 422
    assert "。" in page.content.decode()
    assert not ImportRun.objects.exists()
    assert client.post(f"/unions/{t['plant'].uuid}/import/members/").status_code == 422


def test_imports_of_other_unions_are_not_seen(client, t, officer):
    run = plan(t["mine"], "甲,13800138001,,,,,,,")
    assert client.get(f"/unions/{t['plant'].uuid}/import/members/{run.uuid}/").status_code == 404
    assert client.get(f"/unions/{t['mine'].uuid}/import/members/").status_code == 404
    assert client.get(f"/unions/{t['plant'].uuid}/import/king/").status_code == 404
    assert client.get(f"/unions/{t['plant'].uuid}/import/members/template.xlsx").status_code == 200


def test_the_command_shows_does_and_takes_back(t, tmp_path):
    file = tmp_path / "roll.csv"
    file.write_text(f"{HEADS}\n李海生,13800138001,,,,,,,\n", encoding="gb18030")

    def run(*args):
        out = StringIO()
        call_command("import_members", *args, "--json", stdout=out)
        return json.loads(out.getvalue())

    shown = run("--union", "JC-QJ-ZJ", str(file), "--dry-run")
    assert shown["rows"] == {"new": 1, "moved": 0, "changed": 0, "unchanged": 0, "refused": 0}
    assert (shown["state"], shown["new"]) == ("ready", 1)
    assert not Person.objects.exists()
    done = run("--union", str(t["plant"].uuid), str(file))
    assert (done["state"], done["outcomes"]["done"]) == ("applied", 1)
    assert run("--undo", done["run"])["state"] == "undone"
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", ["roll.xlsx", "roll.csv"])
@pytest.mark.parametrize("command", ["import_members", "import_unions"])
def test_every_import_command_writes_its_template(tmp_path, command, name):
    out = tmp_path / name
    call_command(command, "--template", str(out), stdout=StringIO())
    assert read_table(out.read_bytes())[0][0].endswith("*")


@pytest.mark.parametrize(
    "args", [[], ["--union", "NOWHERE", "x.csv"], ["nothing.csv"], ["--undo", "x"], ["--undo", "0" * 32]]
)
def test_the_command_says_what_it_misses(t, args):
    with pytest.raises(CommandError):
        call_command("import_members", *args, stdout=StringIO())


def test_accepting_a_run_twice_makes_one_job(t):
    run = plan(t["plant"], "甲,13800138001,,,,,,,")
    runs.start_apply(run=run)
    with pytest.raises(runs.WrongState):
        runs.start_apply(run=ImportRun.objects.get(pk=run.pk))
    assert jobs.operations.Job.objects.count() == 1
