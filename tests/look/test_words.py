"""
Every Chinese text a person may read: the catalogue's sentences, what templates and scripts say beside it, the demo.

Refused are half-width ``, : ; ? ! ( )`` beside a Chinese character and the words the house avoids; asked for are an
English catalogue without gaps and the sentences that tell people why a minute did not count.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.catalogue import faults_of_words, problems, read, sentences

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "site/locale/en/LC_MESSAGES/django.po"
APPS = ("accounts", "core", "courses", "instructors", "media", "occupations", "programmes", "records", "reports",
        "search", "site", "unions")  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
# A developer's note, not read by visitors.
_NOTES = {
    ".html": re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL),
    ".txt": re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL),
    ".js": re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL),
    ".svg": re.compile(r"<!--.*?-->", re.DOTALL),
}
SHOWN = sorted(
    path
    for app in APPS
    for pattern in ("templates/**/*.html", "templates/**/*.txt", "static/**/*.js", "static/**/*.svg")
    for path in (ROOT / app).glob(pattern)
)
DATA = sorted((ROOT / "site/skillspower/demo/content").rglob("*.yaml"))


def texts_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a data file with where it stands."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from texts_of(key, f"{place}.{key}")
            yield from texts_of(below, f"{place}.{key}")
    elif isinstance(value, list):
        for n, below in enumerate(value):
            yield from texts_of(below, f"{place}[{n}]")
    elif isinstance(value, str):
        yield place, value


def test_the_catalogue_is_complete_and_its_words_are_kind():
    assert problems(root=ROOT, path=CATALOGUE) == []


def test_the_english_is_english():
    foreign = [m.id for m in read(CATALOGUE) if m.id and re.search(r"[，。：；？！（）、]", str(m.string))]
    assert foreign == []


def test_templates_scripts_and_drawings_have_no_careless_word():
    assert len(SHOWN) > 100
    found = [
        f"{path.relative_to(ROOT)}:{number}: {fault}"
        for path in SHOWN
        for number, line in enumerate(
            _NOTES[path.suffix]
            .sub(lambda m: "\n" * m[0].count("\n"), path.read_text(encoding="utf-8"))
            .split("\n"),
            1,
        )
        if _HAN.search(line)
        for fault in faults_of_words(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_the_demo_has_no_careless_word(path: Path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [f"{place}: {fault}" for place, text in texts_of(content) for fault in faults_of_words(text)] == []


@pytest.mark.parametrize(
    "careless", ["好,坏", "好, 坏", "真的?", "(补记)", "时间:8 点", "亲，来学吧", "您好", "系统繁忙", "刷课"]
)
def test_a_careless_text_is_found(careless: str):
    assert faults_of_words(careless)


@pytest.mark.parametrize(
    "fine",
    [
        "1:10 的坡度",
        "“?”看快捷键",
        "20,000 行，分几份传",
        "亲手做一遍",
        "母亲，父亲",
        "a, b (c)?",
        "10:30 开始",
    ],
)
def test_a_careful_text_is_left_alone(fine: str):
    assert faults_of_words(fine) == []


MICROCOPY = {
    "count.running": "正在计时",
    "count.hidden": "页面不在眼前，先停表。回来接着看，停表前的都算数。",
    "refused.screen_off": "页面不在眼前，没有算。重看这一段就能补上。",
    "refused.faster_than_clock": "倍速看完的部分，按实际花的时间算。余下的 # 可以再看一遍补上。",
    "refused.other_device": "你在另一台设备上开了课，这边就停表了。两边只能算一边。",
    "refused.day_cap": "今天已经学满，按规定不再计时。可以接着看，明天起再看这段能算。",
    "refused.late_offline": "传上来太晚，规定不能算。可以重看，也可以说明情况。",
    "presence.ask": "还在学吗？",
    "presence.missed": "刚才没等到你点，上次确认之后的时间先没算。不用找人，重看这段就补回来。",
    "makeup.card": "可以补回来。",
    "offline.saved": "没网也在记。已存 #，连上网自动上传，不会重复也不会丢。",
    "speed.before": "# 倍速：#的课先算 #，余下 #再看可补。",
    "records.empty": "看一节 6 分钟的课，这里就有第一笔。",
    "search.empty": "没找到“#”。",
    "union.waiting": "等的时候照常学、照常计时，确认后一起算进去。",
    "union.unknown": "不清楚也没关系，先学起来。",
    "login.code_wrong": "验证码不对，再看一眼短信。还能试 # 次。",
    "check.missing": "还差 # 项就能送审。",
}
"""The sense of look's table on the pages that exist; # is a value. A time may stand where the table counts minutes."""


def test_people_are_told_in_the_words_of_the_house():
    said = {re.sub(r"%\(\w+\)[sd]|\{\w*\}", "#", sentence.text) for sentence in sentences(ROOT)}
    assert [key for key, words in MICROCOPY.items() if not any(words in text for text in said)] == []
