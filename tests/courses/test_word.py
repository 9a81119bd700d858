"""A Word document as a draft lesson: what comes over, what does not and why, and files that mean harm."""

import io
import json
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.images import get_image_model

from courses.models import CoursePage, LessonPage, ModulePage
from courses.queries.checks import check_course
from courses.word import FoundPicture, UnreadableDocument, read_document
from tests.courses.test_checks import TODAY
from tests.factories import courses as make

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = "".join(
    f'<w:style w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
    for key, name in [("1", "heading 1"), ("2", "heading 2"), ("3", "heading 3"), ("c", "caption")]
)
NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num>'
)


def png(width=4, height=4):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x40\x80\xc0" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def p(text="", *, style="", number="", inner=""):
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += f'<w:numPr><w:numId w:val="{number}"/></w:numPr>' if number else ""
    runs = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}{inner}</w:p>"


def table(*rows):
    cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def picture(link="rId1", descr="焊枪成 80 度角"):
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="{descr}"/><a:blip r:embed="{link}"/>'
        "</wp:inline></w:drawing></w:r>"
    )


def docx(body="", *, document=None, extra=(), kinds="<Types/>"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", kinds)
        archive.writestr(
            "word/document.xml", document or f"<w:document {NAMES}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/styles.xml", f"<w:styles {NAMES}>{STYLES}</w:styles>")
        archive.writestr("word/numbering.xml", f"<w:numbering {NAMES}>{NUMBERING}</w:numbering>")
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="media/a.png"/><Relationship Id="rId2" Target="media/b.emf"/>'
            '<Relationship Id="rId3" Target="http://10.0.0.1/x.png" TargetMode="External"/></Relationships>',
        )
        for name, content in ({"word/media/a.png": png(), "word/media/b.emf": b"emf"} | dict(extra)).items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.once
class TestWhatComesOver:
    def test_headings_paragraphs_lists_bold_and_places_of_characters_keep_their_structure(self):
        bold = '<w:r><w:rPr><w:b/></w:rPr><w:t>先断电</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t>再换</w:t></w:r>'
        low = '<w:r><w:t>CO</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="subscript"/></w:rPr><w:t>2</w:t></w:r>'
        found = read_document(
            docx(
                p("平敷焊", style="1") + p("引弧", style="2") + p(inner=bold) + p(inner=low)
                + p("划擦", number="5") + p("直击", number="5") + p("干燥", number="6") + p("收弧", style="3")
            )
        )  # fmt: skip
        assert found.title == "平敷焊"
        assert found.blocks == [
            {
                "type": "text",
                "value": "<h3>引弧</h3><p><b>先断电</b>再换</p><p>CO<sub>2</sub></p>"
                "<ol><li>划擦</li><li>直击</li></ol><ul><li>干燥</li></ul><h4>收弧</h4>",
            }
        ]
        assert found.came == {"heading": 2, "paragraph": 2, "item": 3} and found.left == []

    def test_a_table_and_a_picture_are_blocks_of_their_own_in_their_place(self):
        body = (
            p("看表")
            + p("焊接电流", style="c")
            + table(["直径", "电流"], ["3.2", "120"])
            + p(inner=picture())
            + p("完")
        )
        found = read_document(docx(body))
        text, stored, image, last = found.blocks
        assert stored["value"] == {
            "caption": "焊接电流",
            "header": ["直径", "电流"],
            "rows": [["3.2", "120"]],
        }
        assert isinstance(image, FoundPicture) and image.alt == "焊枪成 80 度角" and image.content == png()
        assert (text["value"], last["value"]) == ("<p>看表</p>", "<p>完</p>")

    def test_markup_in_the_text_stays_text(self):
        found = read_document(docx(p("&lt;script&gt;alert(1)&lt;/script&gt;")))
        assert found.blocks[0]["value"] == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


@pytest.mark.once
class TestWhatDoesNot:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (p("a", inner='<w:hyperlink r:id="x"><w:r><w:t>b</w:t></w:r></w:hyperlink>'), "1 个链接没有带"),
            (p("a", inner="<w:del><w:r><w:delText>b</w:delText></w:r></w:del>"), "标了删除"),
            (p("a", inner="<w:r><w:footnoteReference/></w:r>"), "脚注"),
            (p("a", inner="<m:oMath><m:r><m:t>I=40d</m:t></m:r></m:oMath>"), "公式只带了文字"),
            (p("a", inner="<w:r><w:object/></w:r>"), "嵌入的对象"),
            (p("a", inner=picture("rId2")), "浏览器打不开"),
            (p("a", inner=picture("rId3")), "画的图形"),
            (p(inner=picture(descr="")), "没有写图上有什么"),
            (table(["a"] * 7, ["b"] * 7), "变成了文字"),
            (table(["a", "b"], ["c", "d"]), "没有表名"),
            (table(["a", "b"], ["c", "长" * 201]), "超过 200 个字"),
        ],
    )
    def test_each_loss_is_said_with_what_to_do(self, body, said):
        assert any(said in line for line in read_document(docx(body)).left)


@pytest.mark.once
class TestFilesThatMeanHarm:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "空的"),
            (b"\xd0\xcf\x11\xe0" + b"x" * 600, "旧的 doc"),
            (b"%PDF-1.7 ...", "只认 docx"),
            ("工序卡".encode("gbk"), "只认 docx"),
            (docx(p("a"))[:-200], "只认 docx"),
            (docx(p("a"), extra=[("word/vbaProject.bin", b"x")]), "宏"),
            (docx(p("a"), kinds='<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'), "宏"),
            (docx(p("a"), extra=[("../../etc/cron.d/x", b"x")]), "指向外面"),
            (docx(p("a"), extra=[("C:\\x", b"x")]), "指向外面"),
            (docx(document='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'), "实体"),
            (docx(document='<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>'.encode("utf-16")), "实体"),
            (docx(document='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'), "实体"),
            (docx(document="<broken"), "坏了"),
            (docx(""), "没有文字"),
            (docx("<w:sdt>" * 500 + "</w:sdt>" * 500), "没有文字"),
        ],
    )  # fmt: skip
    def test_is_refused_in_words(self, content, said):
        with pytest.raises(UnreadableDocument, match=said):
            read_document(content)

    def test_a_bomb_is_refused_by_what_it_says_of_itself(self):
        bomb = docx(p("a"), extra=[(f"word/media/{n}.bin", bytes(40_000_000)) for n in range(4)])
        assert len(bomb) < 1_000_000
        with pytest.raises(UnreadableDocument, match="太大"):
            read_document(bomb)

    @given(st.binary(min_size=1, max_size=40), st.integers(0, 2_000))
    @settings(max_examples=30)
    def test_a_damaged_file_is_read_or_refused_and_nothing_else(self, noise, place):
        whole = docx(p("先断电", style="1") + table(["a", "b"], ["c", "d"]))
        damaged = whole[:place] + noise + whole[place + len(noise) :]
        try:
            read_document(damaged)
        except UnreadableDocument as refused:
            assert str(refused)


@pytest.mark.django_db
class TestInTheCms:
    @pytest.fixture
    def module(self, client):
        author = make.make_staff("instructor")
        client.force_login(author)
        return ModulePage.objects.descendant_of(make.make_draft(by=author)).get()

    def post(self, client, module, content, name="定位焊.docx"):
        file = SimpleUploadedFile(name, content)
        return client.post(reverse("course_import", args=[module.pk]), {"document": file})

    def test_a_document_is_a_draft_lesson_and_the_account_is_shown(self, client, module):
        bad = p(inner=picture("rId1")) + p("链", inner="<w:hyperlink><w:r><w:t>接</w:t></w:r></w:hyperlink>")
        page = self.post(client, module, docx(p("收弧", style="2") + bad)).content.decode()

        lesson = LessonPage.objects.child_of(module).get(draft_title="定位焊")
        assert not lesson.live and lesson.latest_revision
        kinds = [b["type"] for b in json.loads(lesson.latest_revision.content["body"])]
        assert kinds == ["text", "image", "text"]
        assert get_image_model().objects.get().title == "焊枪成 80 度角"
        assert "1 张图" in page and "1 个链接没有带" in page
        assert reverse("wagtailadmin_pages:edit", args=[lesson.pk]) in page
        assert check_course(CoursePage.objects.get(), on=TODAY).is_ready

    def test_a_picture_that_is_none_is_left_out_and_said(self, client, module):
        content = docx(p("收弧") + p(inner=picture()), extra=[("word/media/a.png", b"\x89PNG no")])
        page = self.post(client, module, content).content.decode()
        assert "1 张图打不开" in page and not get_image_model().objects.exists()

    def test_a_refused_file_leaves_nothing_behind(self, client, module):
        before = LessonPage.objects.count()
        answer = self.post(client, module, docx(p("a"), extra=[("word/vbaProject.bin", b"x")]))
        assert answer.status_code == 422 and "文件里带宏" in answer.content.decode()
        assert self.post(client, module, b"").status_code == 422
        assert LessonPage.objects.count() == before

    def test_a_copied_course_is_a_draft_of_its_own_with_lessons_of_their_own(self, client, module):
        course = CoursePage.objects.get()
        form = {
            "new_title": "复制的课", "new_slug": "copied", "new_parent_page": course.get_parent().pk,
            "copy_subpages": "on", "publish_copies": "on", "alias": "",
        }  # fmt: skip
        answer = client.post(reverse("wagtailadmin_pages:copy", args=[course.pk]), form)

        assert answer.status_code == 302
        copy = CoursePage.objects.get(slug="copied")
        theirs = LessonPage.objects.descendant_of(copy)
        assert theirs.count() == LessonPage.objects.descendant_of(course).count() == 2
        assert not set(theirs.values_list("uuid", flat=True)) & set(
            LessonPage.objects.descendant_of(course).values_list("uuid", flat=True)
        )
        assert not copy.live and not theirs.filter(live=True).exists() and not copy.editions.exists()
        assert check_course(copy, on=TODAY).is_ready
