"""The PDF of a transcript: set by a program of its own, one page, the same bytes again, killed when it takes too long."""

import pytest

from records.transcripts import pdf
from records.transcripts.presentation import sheet
from tests.records.world import NOON

pytestmark = pytest.mark.once
DOCUMENT = {
    "number": "XS-20261123-0000FF",
    "verify": "https://skills.example.cn/verify/AAAAAAAAAAAAAAAAAAAAAA/",
    "issued_at": "2026-11-23T12:00:00.000+08:00",
    "expires_on": "2027-05-22",
    "holder": {"name": "买买提·艾合买提 #set $x$ *b*", "union": "栖江重型机械厂工会"},
    "days": {"from": "2026-01-01", "to": "2026-11-23"},
    "total_ms": 110_400_000,
    "days_studied": 41,
    "entries": 240,
    "online_ms": 100_000_000,
    "offline_ms": 10_400_000,
    "by_occupation": [
        {"code": "6-18", "name": "焊工", "ms": 110_000_000},
        {"code": "", "name": "", "ms": 400_000},
    ],
    "by_course": [
        {"title": f"第 {n} 门课程，名字很长很长很长很长很长很长很长", "ms": 10_000_000} for n in range(10)
    ],
    "by_kind": [{"kind": "study", "ms": 111_000_000}, {"kind": "reversal", "ms": -600_000}],
    "by_month": [{"month": f"2026-{n:02d}", "ms": 9_000_000} for n in range(12, 0, -1)],
    "chains": [{"entries": 240, "head": "ab" * 32}],
}


def test_sheet_is_one_page_and_the_same_bytes_again():
    asked = sheet(DOCUMENT, digest="cd" * 32, key="test")
    first = pdf.set_sheet(asked, at_ms=NOON)
    assert first.startswith(b"%PDF-")
    assert first.count(b"/Type/Page\n") + first.count(b"/Type /Page\n") <= 1
    assert b"/Count 1" in first
    assert pdf.set_sheet(asked, at_ms=NOON) == first


def test_setting_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(pdf, "LIMIT_SECONDS", 0.001)
    with pytest.raises(pdf.NotSet) as caught:
        pdf.set_sheet({}, at_ms=NOON)
    assert caught.value.why == "too_long"


def test_sheet_that_cannot_be_set_is_said(monkeypatch):
    with pytest.raises(pdf.NotSet) as caught:
        pdf.set_sheet({"title": "half a sheet"}, at_ms=NOON)
    assert caught.value.why == "failed"


def test_machine_without_a_chinese_font_is_said(monkeypatch, tmp_path):
    program = tmp_path / "typesetter.py"
    program.write_text(f"import sys\nsys.exit({pdf.NO_FONT})\n")
    monkeypatch.setattr(pdf, "_PROGRAM", program)
    with pytest.raises(pdf.NotSet) as caught:
        pdf.set_sheet({}, at_ms=NOON)
    assert caught.value.why == "no_font"
