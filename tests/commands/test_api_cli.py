"""Every management command stands in ``docs/api-cli.md`` and answers as its examples there show, run for real."""

import io
import json
import re
import sys
import tomllib
from argparse import Action
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.core.management.commands import migrate
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.api import issue_token
from core import jobs
from core.clock import to_ms
from core.importer import base
from core.importer.command import ImportCommand
from core.importer.reading import read_table
from core.jobs.models import Pulse
from core.models import AuditHead
from courses.models import CoursePage
from courses.operations.packages import pack
from occupations.api import level_labels, load_classification
from occupations.sheets import template
from records.api import Draft, append_entries, issue_policy
from records.ledger.codec import dump_segments
from records.ledger.terms import Terms
from records.models import StudySession, StudyState
from reports.operations import roll_up
from search.engines import engine
from search.trades import suggest
from tests.commands.api_cli import Example, differences, documents, sections
from tests.factories.courses import lesson as make_lesson
from tests.factories.courses import make_draft, make_instructor, make_taught
from tests.factories.courses import text as make_text
from tests.factories.people import make_member, make_person, make_tree, make_user
from tests.factories.standards import make_examples
from tests.reports.world import noon, study
from unions.api import Union, UnionName

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
OURS = {
    name: app for name, app in get_commands().items() if str(app).split(".")[0] in LAYERS["root_packages"]
}
COMMANDS: dict[str, BaseCommand] = {name: load_command_class(app, name) for name, app in sorted(OURS.items())}
NOT_COMMANDS = {"var/demo.json", "/api/v1/"}
EVERYBODYS = {action.dest for action in BaseCommand().create_parser("manage.py", "any")._actions}
LEARNER = "lihaisheng"
FULL: dict[str, Any] = {
    "edition": uuid4(),
    "occupation": "6-18-02-04",
    "level": 2,
    "ranges": "0-1800001",
    "evidence_ref": "9f" * 32,
    "actor": uuid4(),
    "approver": uuid4(),
    "reason": "entered by hand",
}
"""Columns that most entries leave null."""


def own_actions(name: str) -> list[Action]:
    """Return what a command takes beside what Django gives to all of them."""
    parser = COMMANDS[name].create_parser("manage.py", name)
    return [action for action in parser._actions if action.dest not in EVERYBODYS]


def takes_union(action: Action) -> bool:
    words = " ".join([*action.option_strings, action.dest, str(action.metavar or ""), action.help or ""])
    return bool(re.search(r"\bunions?\b", words, re.IGNORECASE))


EXAMPLES = [e for section in sections().values() for e in section.examples if section.name in COMMANDS]
WITH_UNION = [
    (example, action.option_strings[0])
    for example in EXAMPLES
    for action in own_actions(example.section)
    if action.type is UnionName
    and action.option_strings[0] in example.arguments
    and "--apply" not in example.arguments
]


def name_of(example: Example) -> str:
    return " ".join(example.arguments)


# The page


def test_the_page_has_a_section_for_every_command_and_for_nothing_else() -> None:
    assert sections().keys() - NOT_COMMANDS == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_has_purpose_usage_and_exit_codes(name: str) -> None:
    section = sections()[name]

    assert re.match(r"\n[A-Z][^`\n]{20,}", section.text)
    assert section.usage.startswith(f"bin/manage {name}")
    assert re.search(r"^Exit: 0 ", section.text, re.MULTILINE)


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if not isinstance(c, migrate.Command)])
def test_usage_names_every_argument(name: str) -> None:
    usage = sections()[name].usage.removeprefix(f"bin/manage {name}")
    actions = own_actions(name)

    assert set(re.findall(r"--[a-z-]+", usage)) == {a.option_strings[-1] for a in actions if a.option_strings}
    for action in actions:
        if not action.option_strings:
            assert str(action.metavar or action.dest).upper() in usage


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_with_json_shows_an_answer_and_another_none(name: str) -> None:
    has_json = any(action.dest == "json" for action in own_actions(name))

    assert bool(sections()[name].examples) == has_json
    assert all("--json" in example.arguments for example in sections()[name].examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_that_takes_a_union_takes_code_or_uuid(name: str) -> None:
    for action in own_actions(name):
        if action.dest in {"union", "below"} or action.metavar == "UNION":
            assert action.type is UnionName
        if takes_union(action):
            assert action.type is UnionName or action.dest in {"stream"}
        if action.type is UnionName:
            assert (action.metavar, action.option_strings[0] in sections()[name].usage) == ("UNION", True)
            assert "code or uuid" in str(action.help)


# The commands, run as from the command line


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A tree of unions with study in it, files to bring in, and people of the page's examples."""
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(noon(TODAY)):
        tree = make_tree()
        learner = make_user(LEARNER).person
        make_member(tree["plant"], person=learner)
        study(learner, 1_800_001, day=date(2026, 11, 2), union=tree["plant"], **FULL)
        study(learner, 1_800_001, day=date(2026, 11, 3), union=tree["plant"])
        study(make_member(tree["county"]), 2_700_000, day=date(2026, 11, 4), union=tree["county"])
        study(make_person(), 61_999, day=TODAY, union=None)
        issue_token(user=learner.user, scopes=["read"])
        issue_policy(owner="national", effective_from=0)
        issue_policy(owner="national", effective_from=2**42, daily_cap_ms=60_000)
        Path("roll.csv").write_text("姓名,手机号\n王好,13800138001\n李错,12345\n", encoding="utf-8")
        Path("records.csv").write_text(
            "姓名,手机号,学习日期,时长（分钟）,课程,平台\n赵没有,13800138007,2026-11-02,45,高处作业,示例平台\n",
            encoding="utf-8",
        )
        Path("unions.csv").write_text(
            "代码,名称,类型,上级代码\nJC-NEW,新厂工会,BASE,JC-QJ-X\nJC-BAD,错工会,KING,JC-QJ-X\n",
            encoding="utf-8",
        )
        yield tree


@pytest.fixture
def manage(monkeypatch, capsys):
    """Run a command as ``bin/manage`` does, in this process and its transaction."""
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run(arguments, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        command = load_command_class(OURS[arguments[0]], arguments[0])
        command.requires_system_checks = []
        exit_code: object = 0
        try:
            command.run_from_argv(["manage.py", *arguments])
        except SystemExit as ended:
            exit_code = ended.code
        out, err = capsys.readouterr()
        return exit_code, out, err

    return run


@pytest.fixture
def _no_index_or_occupation_stays():
    suggest.forget()
    yield
    suggest.forget()
    engine().drop()


def _a_job_of_each_kind():
    jobs.enqueue(kind="core.import.apply", payload={})
    Pulse.objects.create(worker="celery@host", beat_at=timezone.now())


def _cut_off_the_audit_log():
    head = AuditHead.objects.get(stream="accounts")
    AuditHead.objects.filter(pk=head.pk).update(n=head.n + 1)


def _a_standard_to_bring_in():
    load_classification()
    Path("welder.xlsx").write_bytes(template(labels=level_labels()))


def _a_standard_that_does_not_add_up():
    _a_standard_to_bring_in()
    book = load_workbook("welder.xlsx")
    book["权重表"]["B4"] = 70
    book.save("welder.xlsx")


def _forget_an_entry():
    StudyState.objects.filter(chain_length=2).update(chain_length=3)


def _a_course_that_lacks_a_checkpoint():
    make_draft(make_lesson("收弧", make_text("填满弧坑")), slug="smaw-basics", is_strict=True)


def _a_policy_that_nobody_lived_under():
    learner = get_user_model().objects.get(username=LEARNER).person.uuid
    row = {"learner": learner, "session": uuid4(), "lesson": uuid4(), "part": uuid4()}
    at, day = to_ms(noon(TODAY)), {"course": "course:1", "policy": "national@1"}
    StudySession.objects.create(
        uuid=row["session"], learner=learner, device="d", lesson=row["lesson"], activity="x", title="x", parts=[],
        terms=dump_segments([(0, Terms(identity="national@1"))]), policy_day=TODAY, opened_at=at, **day,
    )  # fmt: skip
    draft = Draft(
        kind="study", source="player", activity="x", t_from=at, t_to=at + 120_000, ms=120_000, day=TODAY, evidence="beats",
        ranges="0-120000", policy="national@1", **{n: v for n, v in row.items() if n != "learner"},
    )  # fmt: skip
    append_entries(learner=learner, drafts=[draft])
    roll_up(today=TODAY)


def _an_instructor_with_a_certificate():
    load_classification()
    make_taught(make_instructor(slug="chentieshan"))


def _a_course_in_a_file():
    _a_course_that_lacks_a_checkpoint()
    with Path("smaw.zip").open("wb") as target:
        pack(course=CoursePage.objects.get(slug="smaw-basics"), target=target)


PREPARE = {
    ("export_course", 0): _a_course_that_lacks_a_checkpoint,
    ("import_course", 0): _a_course_in_a_file,
    ("import_course", 2): lambda: Path("smaw.zip").write_text("no archive", encoding="utf-8"),
    ("entitlement", 0): _an_instructor_with_a_certificate,
    ("check_course", 0): _a_course_that_lacks_a_checkpoint,
    ("recount", 0): _a_policy_that_nobody_lived_under,
    ("jobs", 0): _a_job_of_each_kind,
    ("verify_audit", 2): _cut_off_the_audit_log,
    ("verify_ledger", 1): _forget_an_entry,
    ("import_standard", 0): _a_standard_to_bring_in,
    ("import_standard", 2): _a_standard_that_does_not_add_up,
    ("export_standard", 0): make_examples,
    ("coverage_map", 0): make_examples,
    ("search_status", 0): lambda: engine().ensure_index(),
    ("search_verify", 0): lambda: engine().ensure_index(),
    ("suggest_occupation", 0): load_classification,
    ("union_study", 0): lambda: roll_up(today=TODAY),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_index_or_occupation_stays")
@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_the_answer_has_the_shape_of_the_example_and_stands_alone(world, manage, example: Example) -> None:
    PREPARE.get((example.section, example.exit), lambda: None)()

    exit_code, out, err = manage(example.arguments, example.stdin)

    assert (exit_code, bool(err)) == (example.exit, example.exit != 0), err
    real, is_lines = documents(out)
    assert is_lines == example.is_lines
    assert differences(real, example) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("example", "flag"), WITH_UNION, ids=lambda v: v if isinstance(v, str) else name_of(v)
)
def test_a_union_is_named_by_code_or_uuid_and_an_unknown_one_is_one_sentence(
    world, manage, example: Example, flag: str
) -> None:
    place = example.arguments.index(flag) + 1
    code = example.arguments[place]

    def answer(value):
        with transaction.atomic():  # and taken back: the second answer is to the same world
            exit_code, out, err = manage([*example.arguments[:place], value, *example.arguments[place + 1 :]])
            transaction.set_rollback(True)
        return exit_code, re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", out), err

    by_code = answer(code.lower())
    assert by_code[0] == 0
    assert answer(str(Union.objects.get(code=code).uuid)) == by_code
    for wrong in ("NOWHERE", "00000000-0000-4000-8000-000000000000", "栖江", "%", "-", "1" * 5_000):
        exit_code, out, err = answer(wrong)
        assert (exit_code, out) == (1, "")
        assert err == f"CommandError: 没有这个工会：{wrong[:60]}。写工会的代码或 uuid。\n"


def test_every_argument_that_takes_a_union_has_an_example() -> None:
    flags = {(n, a.option_strings[0]) for n in COMMANDS for a in own_actions(n) if a.type is UnionName}

    assert {(example.section, flag) for example, flag in WITH_UNION} == flags
    assert len(flags) >= 4


# Templates of importers


IMPORTS = {name: command.kind for name, command in COMMANDS.items() if isinstance(command, ImportCommand)}


def test_all_importers_are_known_to_a_command() -> None:
    rowwise = {kind for kind, importer in base._IMPORTERS.items() if not importer.is_whole}
    assert set(IMPORTS.values()) == rowwise


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["JC-QJ-ZJ", None])
@pytest.mark.parametrize("out", ["表.csv", "表.xlsx", "表"])
@pytest.mark.parametrize("name", IMPORTS)
def test_a_template_is_accepted_by_its_own_importer(
    world, manage, name: str, out: str, place: str | None
) -> None:
    [flag] = [action.option_strings[0] for action in own_actions(name) if action.type is UnionName]
    scope = [flag, place] if place else []

    exit_code, said, err = manage([name, "--template", out, *scope])
    assert (exit_code, said, err) == (0, f"{out}\n", "")
    content = Path(out).read_bytes()
    assert content.startswith(b"PK" if out.endswith("xlsx") else b"\xef\xbb\xbf")
    heads, sample = read_table(content)
    assert re.search(r"[\u4e00-\u9fff]", heads[0])
    assert len(sample) <= len(heads)

    _, answer, _ = manage(
        [name, *(scope or [flag, "JC-QJ-ZJ"] if flag == "--union" else scope), out, "--json"]
    )
    rows = json.loads(answer)["rows"]
    # The person of the sample is nobody's member, and records are of members.
    fate = "refused" if name == "import_study" else "new"
    assert {action: n for action, n in rows.items() if n} == {fate: 1}


@pytest.mark.django_db
@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize("flag", ["--template", "--errors"])
def test_a_file_that_cannot_be_written_is_one_sentence(world, manage, name: str, flag: str) -> None:
    files = {"import_members": "roll.csv", "import_study": "records.csv"}
    file = [files[name], "--union", "JC-QJ-ZJ"] if name in files else ["unions.csv"]
    exit_code, out, err = manage([name, *file, flag, "missing/folder/out.csv"])

    assert (exit_code, out) == (1, "")
    assert err.startswith("CommandError: 写不了文件 missing/folder/out.csv")
    assert err.count("\n") == 1


# What is no command


@pytest.mark.django_db
def test_an_error_of_the_api_has_the_shape_of_the_example(client) -> None:
    token = issue_token(user=make_user(LEARNER), scopes=["read"])
    answer = client.get("/api/v1/me/records?from=never", headers={"Authorization": f"Bearer {token}"})

    [example] = sections()["/api/v1/"].examples
    assert answer["Content-Type"] == "application/problem+json"
    assert differences(answer.json(), example) == []
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    assert "unprocessable" in client.get("/api/v1/problems").content.decode()
