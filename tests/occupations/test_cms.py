"""Standards in the CMS: brought in with a preview, put in force, read; and what the database refuses of weights."""

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from core import inbox
from core.importer.models import ImportRun
from core.jobs.models import Job
from core.jobs.worker import run_job
from courses.operations import setup_cms
from occupations import api
from occupations.models import LevelSize, OccupationalStandard, StandardFunction
from occupations.operations.standards import publish_standard, save_content
from occupations.queries.standards import content_of, level_labels
from occupations.rules import Requirement, facts
from occupations.sheets import workbook
from tests.factories.courses import make_staff
from tests.factories.standards import NOW, make_turner, small

pytestmark = pytest.mark.django_db
UPLOAD = "/cms/standards/import/"


@pytest.fixture
def editor(client):
    api.load_classification()
    setup_cms()
    user = make_staff("lesson_editor")
    client.force_login(user)
    return user


def sent(client, content: bytes, name: str = "焊工.xlsx"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def file_of(content) -> bytes:
    return workbook(content, name="焊工", labels=level_labels())


def words(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def work() -> None:
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("pk"):
        run_job(job.pk)


def test_a_workbook_is_previewed_brought_in_by_a_job_and_taken_back_and_the_message_leads_to_the_page(
    client, editor
):
    answer = sent(client, file_of(small()))
    page = client.get(answer.url)
    assert "确认导入" in words(page) and "工作要求!A2" in words(page)
    assert not OccupationalStandard.objects.exists()

    act = f"{answer.url}act/"
    assert "排上队了" in words(client.post(act, {"do": "apply"}, follow=True))
    work()

    standard = OccupationalStandard.objects.get()
    assert facts(content_of(standard)) == facts(small())
    message = inbox.messages_of(editor.person.uuid)[0]
    assert message.url == answer.url
    assert "导入好了：" in words(client.get(message.url)) and str(standard) in words(client.get(message.url))
    client.post(act, {"do": "undo"})
    work()
    assert "撤销完了" in words(client.get(answer.url)) and not OccupationalStandard.objects.exists()


def test_the_preview_says_what_is_new_changed_with_what_stood_there_and_gone(client, editor):
    before = small()
    before.levels[0].functions[0].tasks[0].requirements.append(Requirement("skill", 2, "能检查焊机"))
    save_content(content=before, actor=None)
    after = small(source="重编")
    after.levels[0].functions[0].tasks[0].requirements.append(Requirement("knowledge", 2, "触电的急救"))

    page = words(client.get(sent(client, file_of(after)).url))

    assert re.search(r"新增 1 ?<.*有变动 1 ?<.*会删掉 1 ?<", page)
    assert "触电的急救" in page and "能检查焊机" in page and "原来：" in page


def test_a_wrong_cell_is_named_and_can_be_taken_along_as_a_file(client, editor):
    book = load_workbook(io.BytesIO(file_of(small())))
    book["权重表"]["B4"] = 70
    out = io.BytesIO()
    book.save(out)

    run = sent(client, out.getvalue()).url

    page = words(client.get(run))
    assert "权重表!B5" in page and "还有 1 行没通过" in page and "确认导入" not in page
    assert "整份都对才能导入" in words(client.post(f"{run}act/", {"do": "apply"}, follow=True))
    file = client.get(f"{run}refused.csv").content.decode("utf-8-sig")
    assert file.splitlines()[0] == "位置,内容,原来,原因" and "权重表!B5" in file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("职业编码,6-18-02-04\n".encode("gb18030"), "只认 xlsx"),
        ("职业编码,6-18-02-04\n".encode("utf-16"), "只认 xlsx"),
        (b"", "文件是空的"),
        (b"x" * 5_000_001, "文件超过 5 MB"),
    ],
    ids=["gbk", "utf-16", "empty", "large"],
)
def test_what_is_no_workbook_is_refused_on_the_page_and_leaves_nothing(client, editor, content, reason):
    answer = sent(client, content)
    assert answer.status_code == 422 and reason in words(answer)
    assert not ImportRun.objects.exists()


def test_the_list_and_an_edition_can_be_read_and_exported_and_its_validity_changed(
    client, editor, django_assert_max_num_queries
):
    one = save_content(content=small("一", active_from="2024-01-01", active_to="2026-01-01"), actor=None)
    two = save_content(content=small("二"), actor=None)
    for standard in (one, two):
        publish_standard(standard=standard, now=NOW, actor=None)
    names = "wagtailsnippets_occupations_occupationalstandard"

    listed = words(client.get(reverse(f"{names}:list")))
    assert "焊工" in listed and "导入标准" in listed
    with django_assert_max_num_queries(25):
        page = words(client.get(reverse(f"{names}:inspect", args=[two.pk])))
    assert "1.1 穿戴防护" in page and "1.1.1 弧光的危害" in page and "权重表" in page
    file = client.get(reverse("standard_export", args=[one.pk]))
    assert file.content == file_of(content_of(one))

    edit = reverse(f"{names}:edit", args=[two.pk])
    refused = client.post(edit, {"active_from": "2025-12-31", "active_to": ""})
    assert "和“一”重叠" in words(refused)
    assert client.post(edit, {"active_from": "2026-02-01", "active_to": ""}).status_code == 302
    two.refresh_from_db()
    assert two.active_from == date(2026, 2, 1)


def test_a_draft_is_published_from_its_page_or_told_what_it_lacks(client, editor):
    content = small()
    content.levels[0].functions[0].theory = 70
    standard = save_content(content=content, actor=None)
    publish = reverse("standard_publish", args=[standard.pk])
    assert "还差 5" in words(client.post(publish, follow=True))
    StandardFunction.objects.update(theory_weight=75)
    assert "发布了" in words(client.post(publish, follow=True))
    assert LevelSize.objects.get().requirements == 2


@pytest.mark.parametrize("change", [{"theory_weight": 74}, {"skill_weight": 99}])
def test_the_database_refuses_to_publish_a_column_that_is_not_a_hundred(editor, change):
    standard = save_content(content=small(), actor=None)
    StandardFunction.objects.update(**change)
    published = OccupationalStandard.objects.filter(pk=standard.pk)
    with pytest.raises(DatabaseError, match="standard_weights_sum"), transaction.atomic():
        published.update(published_at=NOW)
    StandardFunction.objects.all().delete()
    standard.levels.all().delete()
    with pytest.raises(DatabaseError, match="standard_weights_sum"), transaction.atomic():
        published.update(published_at=NOW)


def test_instructors_read_standards_and_bring_none_in(client, editor):
    standard = make_turner()
    client.force_login(make_staff("instructor"))
    names = "wagtailsnippets_occupations_occupationalstandard"
    assert "导入标准" not in words(client.get(reverse(f"{names}:list")))
    assert client.get(reverse(f"{names}:inspect", args=[standard.pk])).status_code == 200
    assert client.get(UPLOAD).url == "/cms/"
