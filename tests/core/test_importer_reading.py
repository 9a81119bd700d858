"""Any file is a table or is refused in words; what goes out again runs nothing in a spreadsheet."""

import contextlib
import io
import zipfile
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.importer.reading import UnreadableTable, csv_file, read_table

pytestmark = pytest.mark.once

TABLE = [["姓名", "手机号"], ["李海生", "13800138000"], ["买买提·艾合买提", ""]]


def xlsx(rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_and_delimiters_of_spreadsheets(encoding, delimiter):
    text = "\r\n".join(delimiter.join(row) for row in TABLE)
    assert read_table(text.encode(encoding)) == TABLE


def test_xlsx_keeps_long_numbers_and_dates_as_text():
    from datetime import date, datetime

    rows = read_table(
        xlsx([["手机号", "日期", "时间"], [13800138000, date(1990, 3, 7), datetime(1990, 3, 7, 8)]])
    )
    assert rows[1] == ["13800138000", "1990-03-07", "1990-03-07"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"PK\x03\x04 not a zip",
        b"\xd0\xcf\x11\xe0\x00old xls",
        b"\xff\xfe\x00a",
        b"x" * 5_000_001,
    ],
    ids=["empty", "blank", "broken zip", "old xls", "utf-16", "too large"],
)
def test_what_is_no_table_is_refused_in_words(content):
    with pytest.raises(UnreadableTable) as refused:
        read_table(content)
    assert str(refused.value).endswith("。")


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_xlsx_is_read_or_refused_in_words(seed):
    content, chance = bytearray(xlsx([["姓名", "手机号"], ["张三", 13800138000]])), Random(seed)
    for _ in range(3):
        content[chance.randrange(len(content))] = chance.randrange(256)
    with contextlib.suppress(UnreadableTable):
        read_table(bytes(content))


@pytest.mark.parametrize("broken", [b"", b"<a", b"<a/>"])
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_an_xlsx_with_a_broken_part_is_read_or_refused_in_words(name, broken):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([["姓名"], ["张三"]]))) as whole, zipfile.ZipFile(out, "w") as file:
        for entry in whole.namelist():
            file.writestr(entry, broken if entry == name else whole.read(entry))
    with contextlib.suppress(UnreadableTable):
        read_table(out.getvalue())


def test_too_many_rows_are_refused():
    with pytest.raises(UnreadableTable):
        read_table(b"a,b\n" * 20_001)


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_of_text_or_refused(content):
    try:
        rows = read_table(content)
    except UnreadableTable:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=["Cs"])),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_cell_that_goes_out_begins_a_formula(rows):
    text = csv_file(rows).decode("utf-8-sig")
    import csv

    for row in csv.reader(io.StringIO(text, newline="")):
        assert all(cell[:1] not in set("=+-@") for cell in row)
