"""The one guard of workbooks, documents and packages: whatever an archive says of itself, it is opened or refused by a name."""

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.archives import Archive, Danger, Limits, UnsafeArchive, holds_macros

pytestmark = pytest.mark.once
LIMITS = Limits(entries=50, unpacked=1_000_000)


def archive(*entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in entries or [("a.txt", b"a")]:
            made.writestr(name, content)
    return out.getvalue()


def link(name="a.txt", kind=stat.S_IFLNK):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    return entry


def locked():
    whole = bytearray(archive())
    whole[6] |= 1
    whole[whole.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def twice():
    with pytest.warns(UserWarning, match="Duplicate"):
        return archive(("a.txt", b"a"), ("a.txt", b"b"))


def far():
    """An archive with the second directory of very large ones; its numbers would be believed over the first one's."""
    whole = archive()
    at = whole.rfind(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 9, 9, 900, 0)
    return whole[:at] + record + b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1) + whole[at:]


def lying():
    """A directory that says three entries and is as large as a million would be."""
    whole = bytearray(archive())
    at = whole.rfind(b"PK\x05\x06")
    whole[at + 12 : at + 16] = (60_000_000).to_bytes(4, "little")
    return bytes(whole)


@pytest.mark.parametrize(
    ("content", "danger"),
    [
        (b"", Danger.NO_ARCHIVE),
        (b"PK\x05\x06", Danger.NO_ARCHIVE),
        ("工艺卡".encode("gbk"), Danger.NO_ARCHIVE),
        (archive()[:-4], Danger.NO_ARCHIVE),
        (archive(*[(f"{n}", b"") for n in range(51)]), Danger.TOO_LARGE),
        (archive(("a", bytes(600_000)), ("b", bytes(600_000))), Danger.TOO_LARGE),
        (far(), Danger.TOO_LARGE),
        (lying(), Danger.TOO_LARGE),
        (archive(("../a", b"")), Danger.OUTSIDE),
        (archive(("a/../../b", b"")), Danger.OUTSIDE),
        (archive(("/etc/passwd", b"")), Danger.OUTSIDE),
        (archive(("..\\a", b"")), Danger.OUTSIDE),
        (archive(("C:\\a", b"")), Danger.OUTSIDE),
        (archive((link(), b"/etc/passwd")), Danger.OUTSIDE),
        (archive((link(kind=stat.S_IFIFO), b"")), Danger.OUTSIDE),
        (locked(), Danger.LOCKED),
        (archive(("word/vbaProject.bin", b"")), Danger.MACROS),
        (archive(("[Content_Types].xml", b'<a b="macroEnabled"/>')), Danger.MACROS),
        (archive(compression=zipfile.ZIP_LZMA), Danger.DAMAGED),
    ],
)
def test_what_means_harm_is_refused_by_its_name(content, danger):
    with pytest.raises(UnsafeArchive) as refused:
        Archive(io.BytesIO(content), limits=LIMITS)
    assert refused.value.danger is danger


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(UnsafeArchive) as refused:
        Archive(io.BytesIO(twice()), limits=LIMITS)
    assert refused.value.danger is Danger.TWICE and refused.value.name == "a.txt"


def test_a_part_gives_no_more_than_it_said():
    whole = bytearray(archive(("a.txt", bytes(100_000))))
    at = whole.rfind(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")
    opened = Archive(io.BytesIO(bytes(whole)), limits=LIMITS)
    with pytest.raises(UnsafeArchive) as refused:
        opened.read("a.txt")
    assert refused.value.danger is Danger.DAMAGED


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"),
        b" " * 70_000 + b"<!DOCTYPE a><a/>",
    ],
)
def test_a_part_with_a_document_type_is_refused_in_any_encoding_and_at_any_place(xml):
    opened = Archive(
        io.BytesIO(archive(("a.xml", xml), ("b.xml", b"<a/>"), ("c.png", b"\x89PNG"))), limits=LIMITS
    )
    opened.refuse_entities("b.xml")
    opened.refuse_entities("c.png")
    with pytest.raises(UnsafeArchive) as refused:
        opened.refuse_entities("a.xml")
    assert refused.value.danger is Danger.ENTITIES


def test_macros_are_found_in_old_and_new_files_of_office_programs():
    assert holds_macros(archive(("word/vbaProject.bin", b"x")))
    assert holds_macros(b"\xd0\xcf\x11\xe0" + bytes(60) + "_VBA_PROJECT".encode("utf-16-le"))
    assert not holds_macros(archive(("word/document.xml", b"<a/>")))


@given(st.binary(max_size=60), st.integers(0, 400))
@settings(max_examples=60)
def test_a_damaged_archive_is_read_or_refused_and_nothing_else(noise, place):
    whole = archive(("a.txt", b"a" * 50), ("b/c.xml", b"<a/>"))
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    try:
        opened = Archive(io.BytesIO(damaged), limits=LIMITS)
        for name in opened.names():
            opened.refuse_entities(name)
            opened.read(name)
    except UnsafeArchive as refused:
        assert refused.danger in Danger
