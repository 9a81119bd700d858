import gettext

import pytest

from core import catalogue

pytestmark = pytest.mark.once


@pytest.fixture
def source(tmp_path):
    (tmp_path / "app.py").write_text('x = _("学 {n} 分钟")\n', encoding="utf-8")
    (tmp_path / "page.html").write_text(
        "{% load i18n %}{% translate '开始学习' %}{% blocktranslate with t=x %}还有 {{ t }}{% endblocktranslate %}",
        encoding="utf-8",
    )
    return tmp_path


def translate(path, **pairs):
    text = path.read_text(encoding="utf-8")
    for chinese, english in pairs.items():
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{english}"')
    path.write_text(text, encoding="utf-8")


def test_sentences_of_code_and_templates_are_found(source):
    assert {s.text for s in catalogue.sentences(source)} == {"学 {n} 分钟", "开始学习", "还有 %(t)s"}


def test_a_translation_survives_an_update_and_a_dropped_sentence_goes(source):
    po = source / "en.po"
    assert catalogue.update(root=source, path=po) == 3
    translate(po, 开始学习="Start")
    (source / "app.py").unlink()

    assert catalogue.update(root=source, path=po) == 1
    assert 'msgstr "Start"' in po.read_text(encoding="utf-8")
    assert "学 {n} 分钟" not in po.read_text(encoding="utf-8")


def test_a_compiled_catalogue_translates(source):
    po = source / "en.po"
    catalogue.update(root=source, path=po)
    translate(po, 开始学习="Start")

    catalogue.compile_catalogue(po)

    with po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("开始学习") == "Start"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ('_("你好,师傅")', "half-width"),
        ('_("参数错误")', "avoids"),
        ('_("没翻译")', "not in the English catalogue"),
    ],
)
def test_what_is_sloppy_or_missing_is_named_with_its_place(tmp_path, code, word):
    (tmp_path / "app.py").write_text(code, encoding="utf-8")

    assert any(
        word in line and line.startswith("app.py:1")
        for line in catalogue.problems(root=tmp_path, path=tmp_path / "x.po")
    )


def test_a_translation_that_lost_its_placeholder_is_a_problem(source):
    po = source / "en.po"
    catalogue.update(root=source, path=po)
    text = po.read_text(encoding="utf-8").replace(
        'msgid "学 {n} 分钟"\nmsgstr ""', 'msgid "学 {n} 分钟"\nmsgstr "Minutes"'
    )
    po.write_text(text, encoding="utf-8")

    assert any("placeholders differ" in line for line in catalogue.problems(root=source, path=po))
