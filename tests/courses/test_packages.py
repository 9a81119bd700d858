"""Courses as files: out, in and out again with equal bytes; what does not fit is said; what means harm leaves nothing behind."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from core.clock import day_of, to_ms
from core.jobs.models import Job
from core.jobs.worker import run_job
from courses.models import CoursePackage, CoursePage, LessonPage, LessonRequirement, SafetyNotice
from courses.operations import packages
from courses.packages import PackageReader, UnreadablePackage
from courses.packages.rich_text import clean
from courses.queries.checks import check_course
from media.api import accept_video
from media.models import Video
from media.operations import TRANSCODE
from occupations.api import requirement_rows
from tests.courses.test_word import png
from tests.factories import courses as make
from tests.factories.courses import NOW
from tests.factories.standards import make_turner

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(400)


@pytest.fixture
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return settings.MEDIA_ROOT


def make_world():
    """Return a draft with every kind of block, mapped to a standard, taught by somebody known here."""
    turner = make_turner()
    image = get_image_model()(title="焊枪")
    image.file = ImageFile(io.BytesIO(png()), name="a.png")
    image.save()
    file = ContentFile(b"%PDF-1.7 x", "card.pdf")
    document = get_document_model().objects.create(title="工艺卡.pdf", file=file)
    video = accept_video(
        file=ContentFile(MP4, "run.mp4"), title="运条", by=None, captions="WEBVTT", queues_processing=False
    )
    Video.objects.filter(pk=video.pk).update(state=Video.State.READY, duration_ms=60_000)
    notice = SafetyNotice.objects.create(title="弧光", hazards="弧光\n紫外线", text="戴面罩")
    first, second = [row.id for row in requirement_rows(standard=turner.pk)]
    blocks = [
        make.text("先<b>断电</b>，3 &lt; 4"),
        make.video(video),
        {"type": "image", "value": {"image": image.pk, "alt": "焊枪", "caption": "", "hotspots": [{"x": 3, "y": 4, "text": "喷嘴"}]}},
        {"type": "notice", "value": {"notice": notice.pk}},
        {"type": "download", "value": {"document": document.pk, "note": ""}},
        {"type": "table", "value": {"caption": "电流", "header": ["直径", "电流"], "rows": [["3.2", "110"]]}},
        {"type": "formula", "value": {"title": "电流", "formula": "<p>I = 40<sup>2</sup></p>", "symbols": []}},
        make.question(),
    ]  # fmt: skip
    return make.make_draft(
        make.NewLesson("运条", "l1", "看一看", blocks, requirements=[first, second]),
        make.lesson("运条", make.text("填满弧坑")),
        title="焊工入门/一",
        occupation=turner.occupation_id,
        sources=["GB 9448"],
    )


@pytest.fixture
def course(db, uploads):
    return make_world()


@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker, tmp_path_factory):
    """The package of that draft; most of what can be wrong with one needs no database."""
    folder = tmp_path_factory.mktemp("uploads")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), transaction.atomic():
        made = packed(make_world())
        transaction.set_rollback(True)
    return made


def packed(course) -> bytes:
    out = io.BytesIO()
    packages.pack(course=course, target=out)
    return out.getvalue()


def brought_in(content: bytes, by=None) -> CoursePackage:
    reader = PackageReader(io.BytesIO(content))
    reader.check_files(packages.say_nothing)
    package = CoursePackage(
        state=CoursePackage.State.IMPORTING, created_by=by or make.make_staff("instructor"), created_at=NOW
    )
    packages.bring_in(reader=reader, package=package, now=NOW)
    return package


def rezipped(content: bytes, change=None, *, index=None, extra=(), drop=()) -> bytes:
    """Return a package with another index (changed, or raw bytes), without entries, with others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "course.json":
                values = json.loads(data)
                if change:
                    change(values)
                data = index if index is not None else json.dumps(values, ensure_ascii=False).encode()
            if name not in drop:
                new.writestr(name, data)
        for name, data in extra:
            new.writestr(name, data)
    return out.getvalue()


def state_of_everything(uploads: Path) -> tuple:
    models = (
        CoursePage,
        LessonPage,
        Video,
        get_image_model(),
        get_document_model(),
        CoursePackage,
        LessonRequirement,
    )
    files = sorted(str(path) for path in uploads.rglob("*") if path.is_file())
    return (*(model.objects.count() for model in models), files)


class TestThereAndBack:
    def test_out_in_and_out_again_gives_equal_bytes(self, course):
        content = packed(course)
        assert packed(course) == content
        importer = make.make_staff("instructor")

        package = brought_in(content, by=importer)

        draft = CoursePage.objects.get(pk=package.course_id)
        assert (
            draft.pk != course.pk and draft.slug != course.slug and draft.owner == importer and not draft.live
        )
        assert packed(draft) == content
        assert package.report["unmatched"] == []
        lessons = LessonPage.objects.descendant_of(draft)
        assert LessonRequirement.objects.filter(lesson__in=lessons).count() == 2
        assert not set(lessons.values_list("uuid", flat=True)) & set(
            LessonPage.objects.descendant_of(course).values_list("uuid", flat=True)
        )
        assert (
            check_course(draft, on=day_of(to_ms(NOW))).is_ready
            == check_course(course, on=day_of(to_ms(NOW))).is_ready
        )

    def test_the_archive_is_what_the_document_says(self, course):
        with zipfile.ZipFile(io.BytesIO(packed(course))) as package:
            index = json.loads(package.read("course.json"))
            for one in index["files"]:
                content = package.read(f"files/{one['sha256']}")
                assert hashlib.sha256(content).hexdigest() == one["sha256"]
            assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [one["kind"] for one in index["files"]] == ["document", "image", "video"]
        assert index["files"][0]["name"] == "工艺卡.pdf"
        kinds = [block["type"] for block in index["modules"][0]["lessons"][0]["blocks"]]
        assert "notice" not in kinds and kinds[3] == "safety"
        row = index["modules"][0]["lessons"][0]["requirements"][0]
        assert (row["occupation"], row["edition"], row["code"]) == ("6-18-01-01", "2026", "1.1.1")

    def test_what_is_not_known_here_is_said_and_the_rest_comes(self, course):
        def elsewhere(index):
            index["course"]["occupation"] = "9-99-99-99"
            index["instructors"] = [{"uuid": "00000000-0000-4000-8000-000000000001", "name": "别处的师傅"}]
            first = index["modules"][0]["lessons"][0]["requirements"]
            first[0]["edition"] = "1999"
            first[1]["code"] = "9.9.9"

        package = brought_in(rezipped(packed(course), elsewhere))

        said = "".join(package.report["unmatched"])
        assert "9-99-99-99" in said and "别处的师傅" in said and "1999" in said and "9.9.9" in said
        draft = CoursePage.objects.get(pk=package.course_id)
        assert draft.occupation is None and not draft.instructors.exists()

    def test_a_video_that_is_here_already_is_used_and_a_new_one_waits_for_its_qualities(self, course):
        content = packed(course)
        assert brought_in(content).made["videos"] == []

        other = MP4 + b"other"
        sha = hashlib.sha256(other).hexdigest()

        def swapped(index):
            text = json.dumps(index).replace(hashlib.sha256(MP4).hexdigest(), sha)
            index.update(json.loads(text))

        old = f"files/{hashlib.sha256(MP4).hexdigest()}"
        package = brought_in(rezipped(content, swapped, extra=[(f"files/{sha}", other)], drop=[old]))

        (pk,) = package.made["videos"]
        assert Video.objects.get(pk=pk).state == Video.State.WAITING
        assert Job.objects.get(kind=TRANSCODE).payload == {"video": str(Video.objects.get(pk=pk).uuid)}

    def test_an_undone_import_leaves_nothing_behind(
        self, course, uploads, django_capture_on_commit_callbacks
    ):
        before = state_of_everything(uploads)
        package = brought_in(packed(course))
        with_it = state_of_everything(uploads)
        with django_capture_on_commit_callbacks(execute=True):
            packages.undo(package=package, now=NOW)
        package.delete()
        assert with_it != before == state_of_everything(uploads)

    def test_a_draft_that_somebody_has_worked_on_is_not_taken_back(self, course):
        package = brought_in(packed(course))
        lesson = LessonPage.objects.descendant_of(package.course).first()
        lesson.save_revision()
        with pytest.raises(packages.WrongState, match="改过"):
            packages.undo(package=package, now=NOW)
        assert CoursePage.objects.filter(pk=package.course_id).exists()


def _deep(index):
    value: list = []
    for _level in range(50):
        value = [value]
    index["modules"][0]["lessons"][0]["blocks"] = value


def _set(path, value):
    def change(index):
        *way, last = path
        for step in way:
            index = index[step]
        index[last] = value

    return change


_BLOCKS = ("modules", 0, "lessons", 0, "blocks")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set((*_BLOCKS, 0), {"type": "raw_html", "value": "<script>"}), "不认识这种内容块：raw_html"),
        (_set((*_BLOCKS, 0), {"type": "notice", "value": {"notice": 1}}), "不认识这种内容块"),
        (_set((*_BLOCKS, 1, "value", "video"), "0" * 64), "用到的文件不在包里"),
        (_set((*_BLOCKS, 1, "value", "video"), 1), "用到的文件不在包里"),
        (_set((*_BLOCKS, 2, "value", "onload"), "x"), "不认识这一项：onload"),
        (_set((*_BLOCKS, 2, "value", "hotspots", 0, "x"), "left"), "要一个整数"),
        (_set((*_BLOCKS, 0, "value"), {"a": 1}), "要文字"),
        (_set((*_BLOCKS, 7, "value", "kind"), "essay"), "不认识这个选择"),
        (_set(("version",), 2), "别的版本"),
        (_set(("format",), "moodle"), "这不是课程包"),
        (_set(("course", "title"), "字" * 300), "超过 255 个字"),
        (_set(("course", "level"), 99), "1 到 8"),
        (_set(("course", "licence"), "mine"), "不认识这个选择"),
        (_set(("course", "owner"), "root"), "不认识这一项：owner"),
        (_set(("course", "outcomes"), ["a\nb"]), "每条一行"),
        (_set(("files", 0, "name"), "../../etc/cron.d/x.pdf"), "文件名不对"),
        (_set(("files", 0, "name"), "卡.docm"), "这种文件不收"),
        (_set(("files", 0, "name"), "卡.html"), "这种文件不收"),
        (_set(("files", 1, "name"), "图.svg"), "不是能用的图片"),
        (_set(("files", 2, "sha256"), "../x"), "校验值不对"),
        (_set(("modules",), [{"title": "一", "lessons": [{"title": "x"}] * 301}]), "超过 300 项"),
        (_set(("modules",), {}), "要一个列表"),
        (_set(("course", "summary"), "\ud800"), "残缺的字符"),
        (_deep, "套得太深"),
    ],
)  # fmt: skip
def test_an_index_that_no_editor_wrote_is_refused_with_the_place(content, change, said):
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        values = json.loads(whole.read("course.json"))
    change(values)
    spoiled = rezipped(content, index=json.dumps(values).encode())
    with pytest.raises(UnreadablePackage, match=said):
        PackageReader(io.BytesIO(spoiled))


def _with_macros() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/vbaProject.bin", b"x")
    return out.getvalue()


def _swapped_document(content: bytes, new: bytes) -> bytes:
    old = hashlib.sha256(b"%PDF-1.7 x").hexdigest()
    sha = hashlib.sha256(new).hexdigest()

    def change(index):
        index.update(json.loads(json.dumps(index).replace(old, sha)))

    return rezipped(content, change, extra=[(f"files/{sha}", new)], drop=[f"files/{old}"])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: b"", "这不是课程包"),
        (lambda c: c[:-30], "这不是课程包"),
        (lambda c: rezipped(c, extra=[(f"files/{n}", b"") for n in range(2_100)]), "文件太多"),
        (lambda c: rezipped(c, extra=[("../../x", b"x")]), "指向外面"),
        (lambda c: rezipped(c, extra=[("/etc/passwd", b"x")]), "指向外面"),
        (lambda c: rezipped(c, extra=[("files/" + "0" * 64, b"x")]), "没写进目录"),
        (lambda c: rezipped(c, drop=["files/" + hashlib.sha256(MP4).hexdigest()]), "包里少了文件"),
        (lambda c: rezipped(c, index="工艺卡".encode("gbk")), "不是 UTF-8"),
        (lambda c: rezipped(c, index='{"format": "skillspower-course"}'.encode("utf-16")), "不是 UTF-8"),
        (lambda c: rezipped(c, index='{"format": "skillspower-course"}'.encode("utf-16-le")), "不是 UTF-8"),
        (lambda c: rezipped(c, index=b'{"format": 1, "format": 2}'), "读不懂"),
        (lambda c: rezipped(c, index=b"[" * 200_000), "套得太深|读不懂"),
        (lambda c: rezipped(c, index=b'{"format": NaN}'), "读不懂"),
        (lambda c: rezipped(c, index=b"1" * 10_000), "读不懂"),
        (lambda c: rezipped(c, index=b"[]"), "这不是课程包"),
        (lambda c: c.replace(MP4, MP4[:-1] + b"x"), "坏了|对不上"),
        (lambda c: rezipped(c).replace(b"%PDF-1.7 x", b"%PDF-1.7 y"), "坏了"),
        (lambda c: _swapped_document(c, _with_macros()), "带宏"),
    ],
)
def test_a_package_that_means_harm_is_refused_in_words_and_leaves_nothing_behind(
    content, db, uploads, tmp_path, spoil, said
):
    file = tmp_path / "course.zip"
    file.write_bytes(spoil(content))
    before = state_of_everything(uploads)
    for extra in (["--dry-run"], []):
        with pytest.raises(CommandError, match=said) as refused:
            call_command("import_course", str(file), *extra, stdout=io.StringIO())
        assert refused.value.returncode == 2
    assert state_of_everything(uploads) == before


def test_a_package_whose_hashes_lie_is_refused(content):
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        name = next(n for n in old.namelist() if old.read(n) == MP4)
    wrong = rezipped(content, drop=[name], extra=[(name, MP4 + b"x")])
    with pytest.raises(UnreadablePackage, match="校验值对不上"):
        PackageReader(io.BytesIO(wrong)).check_files(packages.say_nothing)


def test_a_bomb_is_refused_by_what_it_says_of_itself():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("course.json", bytes(21_000_000))
    with pytest.raises(UnreadablePackage, match="20 MB"):
        PackageReader(io.BytesIO(out.getvalue()))


def test_an_import_that_fails_in_the_middle_leaves_neither_rows_nor_files(course, uploads, monkeypatch):
    content = rezipped(packed(course))
    Video.objects.update(title="另一个")  # so that the package's video is a new one
    reader = PackageReader(io.BytesIO(content))
    by = make.make_staff("instructor")
    before = state_of_everything(uploads)

    def fails(**what):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(packages, "create_course", fails)
    package = CoursePackage(state=CoursePackage.State.IMPORTING, created_by=by, created_at=NOW)
    with pytest.raises(RuntimeError):
        packages.bring_in(reader=reader, package=package, now=NOW)
    assert state_of_everything(uploads) == before


class TestCommands:
    def test_out_in_and_undone_by_command(self, course, tmp_path):
        make.make_user("chief", is_superuser=True)
        file, again = tmp_path / "a.zip", tmp_path / "b.zip"
        call_command("export_course", course.slug, str(file), stdout=io.StringIO())
        out = io.StringIO()
        call_command("import_course", str(file), "--dry-run", "--json", stdout=out)
        shown = json.loads(out.getvalue())
        assert shown["state"] == "ready" and shown["package"] is None and shown["counts"]["lessons"] == 2
        assert CoursePage.objects.count() == 1

        out = io.StringIO()
        call_command("import_course", str(file), "--json", stdout=out)
        done = json.loads(out.getvalue())
        call_command("export_course", done["course"], str(again), stdout=io.StringIO())
        assert again.read_bytes() == file.read_bytes()
        assert CoursePage.objects.get(slug=done["course"]).owner.username == "chief"

        call_command("import_course", "--undo", done["package"], stdout=io.StringIO())
        assert CoursePage.objects.count() == 1

    def test_a_course_that_does_not_exist_is_refused(self, course, tmp_path):
        with pytest.raises(CommandError, match="没有这门课") as refused:
            call_command("export_course", "no-such", str(tmp_path / "a.zip"))
        assert refused.value.returncode == 2 and not list(tmp_path.glob("*.zip"))


class TestInTheCms:
    def run_jobs(self):
        for pk in Job.objects.filter(state=Job.State.QUEUED, kind__startswith="courses.").values_list(
            "pk", flat=True
        ):
            run_job(pk)

    def test_an_author_exports_and_a_colleague_previews_imports_and_takes_back(self, client, course):
        client.force_login(course.owner)
        page = client.post(reverse("course_export", args=[course.pk]))
        assert client.get(page.url)["Refresh"]
        self.run_jobs()
        fetch = reverse("course_package_file", args=[CoursePackage.objects.get().uuid])
        assert fetch in client.get(page.url).content.decode()
        content = b"".join(client.get(fetch).streaming_content)
        assert content == packed(course)

        client.force_login(make.make_staff("instructor"))
        for address in (fetch, page.url):
            assert client.get(address, headers={"Accept": "application/json"}).status_code in {302, 403}
        upload = SimpleUploadedFile("a.zip", content)
        page = client.post(reverse("course_packages"), {"package": upload})
        self.run_jobs()
        shown = client.get(page.url).content.decode()
        assert "等你确认" in shown and "2 节课时" in shown and CoursePage.objects.count() == 1

        client.post(page.url, {"act": "import"})
        self.run_jobs()
        draft = CoursePage.objects.exclude(pk=course.pk).get()
        assert reverse("course_desk", args=[draft.pk]) in client.get(page.url).content.decode()
        assert client.get(reverse("course_desk", args=[draft.pk])).status_code == 200

        client.post(page.url, {"act": "undo"})
        self.run_jobs()
        assert CoursePage.objects.count() == 1 and "已撤销" in client.get(page.url).content.decode()

    def test_a_refused_upload_says_why_and_is_deleted(self, client, course, uploads):
        client.force_login(make.make_staff("instructor"))
        spoiled = rezipped(packed(course), _set(("version",), 7))
        page = client.post(reverse("course_packages"), {"package": SimpleUploadedFile("a.zip", spoiled)})
        self.run_jobs()
        assert "别的版本" in client.get(page.url).content.decode()
        assert not list((uploads / "packages").iterdir())
        assert client.post(reverse("course_packages"), {}).status_code == 422


@pytest.mark.once
class TestRichText:
    @given(st.text(st.sampled_from("<>/&;'\"= abpliscript123#x!-[]\n引"), max_size=60))
    @settings(max_examples=150)
    def test_what_is_cleaned_is_clean_and_stays_so(self, text):
        once = clean(text)[0]
        assert clean(once)[0] == once
        assert "<script" not in once.lower() and "<!--" not in once
