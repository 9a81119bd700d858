"""
Who may teach what, and the grade: pure functions of what is proved and of the day.

Sources: who may teach a level stands in each national occupational standard (“培训教师” of part 1.9: for 五级 to 三级 a
certificate of 技师 or a title of the middle grade, for 技师 one of 高级技师 or a senior title, for 高级技师 two years of
it or a senior title). Forms of certificate numbers: the ministry's coding rules of 2019 (22 characters) and of the
professional qualification certificates before it (16 digits).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from occupations.rules import Teacher, may_teach

RANKS = range(1, 9)
WORKER_RANKS = range(1, 5)
"""学徒工 to 三级/高级工."""
DEFAULT_TEACHERS = {
    **dict.fromkeys(WORKER_RANKS, Teacher(rank=5, title="middle")),
    5: Teacher(rank=6, title="senior"),
    6: Teacher(rank=6, years=2, title="senior"),
    7: Teacher(rank=7),
    8: Teacher(rank=8),
}
"""What holds where the occupation has no standard in force at the level. The last two are our own: 特级技师 and 首席技师
are appointed, not trained for by a standard, so only their like teach them."""

_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12]"
_NEW = re.compile(rf"[YS](\d{{4}})({_PROVINCES})(\d{{6}})(\d{{2}})([1-5T])(\d{{6}})")
_OLD = re.compile(rf"(\d{{2}})({_PROVINCES})(\d{{2}})[0-4]\d{{3}}([1-5])\d{{5}}")
_CENTURY = 50
_FIRST_NEW_YEAR = 2019
_RANK_OF_DIGIT = {"5": 2, "4": 3, "3": 4, "2": 5, "1": 6, "T": 7}


class NotACertificate(ValueError):
    """A number that no certificate can have: ``form``, or ``year`` of the newer form before there was one."""


@dataclass(frozen=True)
class CertificateNumber:
    """What a certificate's number says: ``rank`` of the eight levels, the year of issue and the province's GB/T 2260 code."""

    text: str
    rank: int
    year: int
    province: str


def certificate_number(text: str) -> CertificateNumber:
    """
    Read the number of a certificate of skill level (22 characters) or of the older professional qualification (16 digits).
    Full-width characters, spaces and small letters are taken as they are meant.

    >>> certificate_number("y000123000001195000001")
    CertificateNumber(text='Y000123000001195000001', rank=2, year=2019, province='23')
    >>> certificate_number("Ｓ０００１ 32 000101 24 T 000017").rank
    7
    >>> certificate_number("1523001234300099").year
    2015

    :raises NotACertificate: if it has neither form.
    """
    plain = "".join(text.split()).translate(_HALF_WIDTH).upper()
    if match := _NEW.fullmatch(plain):
        year = 2000 + int(match[4])
        if year < _FIRST_NEW_YEAR:
            raise NotACertificate("year")
        return CertificateNumber(plain, _RANK_OF_DIGIT[match[5]], year, match[2])
    if match := _OLD.fullmatch(plain):
        year = int(match[1])
        year += 1900 if year >= _CENTURY else 2000
        return CertificateNumber(plain, _RANK_OF_DIGIT[match[4]], year, match[2])
    raise NotACertificate("form")


_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}


def masked(number: str) -> str:
    """
    Return a number as lists show it: the last four characters.

    >>> masked("Y000123000001195000001"), masked("")
    ('…0001', '')
    """
    return f"…{number[-4:]}" if number else ""


@dataclass(frozen=True)
class Proof:
    """A verified qualification: a rank of the eight levels or a title (middle, senior), held since a day."""

    occupation: str
    rank: int | None
    title: str
    since: date
    kind: str = "certificate"


@dataclass(frozen=True)
class Entitled:
    """
    Whether a level may be taught. ``asked`` is what is asked for, ``proof`` what answers it or None; ``honour`` names the
    honour that stands in for a higher certificate; ``years`` are those the asked rank has been held, None if it is not.
    """

    occupation: str
    rank: int
    asked: Teacher
    proof: Proof | None = None
    honour: str = ""
    years: int | None = None

    @property
    def entitled(self) -> bool:
        return self.proof is not None


def entitlement(
    *,
    occupation: str,
    rank: int,
    teacher: Teacher | None,
    proofs: Iterable[Proof],
    on: date,
    honour: str = "",
) -> Entitled:
    """
    Return whether somebody may teach a level of an occupation on a day.

    ``teacher`` is what the standard in force asks there (None: :data:`DEFAULT_TEACHERS`). ``honour`` names a verified
    honour of a city or higher: it lets somebody teach up to 三级/高级工 with a certificate of the very level (our own rule:
    a model worker need not be 技师), never above.

    >>> master = Proof("6-18-02-04", 6, "", date(2020, 3, 1))
    >>> def may(rank, *proofs, **more):
    ...     return entitlement(occupation="6-18-02-04", rank=rank, teacher=None, proofs=proofs, **more)
    >>> short = may(6, master, on=date(2022, 2, 28))
    >>> short.entitled, short.asked.years, short.years
    (False, 2, 1)
    >>> may(6, master, on=date(2022, 3, 1)).proof == master
    True
    >>> worker = Proof("6-18-02-04", 4, "", date(2020, 3, 1))
    >>> [may(4, worker, honour=h, on=date(2024, 1, 1)).entitled for h in ("", "全国劳动模范")]
    [False, True]
    """
    asked = teacher or DEFAULT_TEACHERS[rank]
    mine = [p for p in proofs if p.occupation == occupation and p.since <= on]
    if fits := [p for p in mine if may_teach(asked, rank=p.rank, years=_years(p, on), title=p.title)]:
        return Entitled(occupation, rank, asked, max(fits, key=_height))
    level = [p for p in mine if p.rank is not None and p.rank >= rank]
    if honour and level and rank in WORKER_RANKS:
        return Entitled(occupation, rank, asked, max(level, key=_height), honour)
    held = [_years(p, on) for p in mine if p.rank == asked.rank]
    return Entitled(occupation, rank, asked, years=max(held, default=None))


def _years(proof: Proof, on: date) -> int:
    return whole_years(proof.since, on)


def _height(proof: Proof) -> tuple[int, str]:
    return (proof.rank or 0, proof.title)


def whole_years(since: date, on: date) -> int:
    """
    Return the years from one day to another that are over.

    >>> whole_years(date(2020, 2, 29), date(2021, 2, 28)), whole_years(date(2020, 2, 29), date(2021, 3, 1))
    (0, 1)
    """
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


@dataclass(frozen=True)
class GradeLine:
    """A row of the table of grades: one of the three conditions is set."""

    grade: int
    honour_level: int | None = None
    rank: int | None = None
    title: str = ""


def honour_level(text: str) -> int:
    """
    Return the level of an honour as data/honours.csv writes it: 3 国家, 2 省部, 1 市, 0 below or unknown.

    >>> [honour_level(t) for t in ("国家级(选树)", "全国(总工会)", "省部级", "省级", "市级", "")]
    [3, 3, 2, 2, 1, 0]
    """
    for level, first in ((3, ("国家", "全国")), (2, ("省",)), (1, ("市",))):
        if text.startswith(first):
            return level
    return 0


def grade_of(
    table: Iterable[GradeLine], *, honour: int, rank: int, titles: Iterable[str], lowest: int = 1
) -> int:
    """
    Return the highest grade whose condition holds, ``lowest`` if none does.

    >>> table = [GradeLine(4, honour_level=3), GradeLine(4, rank=7), GradeLine(3, title="senior"), GradeLine(2, rank=5)]
    >>> grade_of(table, honour=3, rank=0, titles=[]), grade_of(table, honour=2, rank=6, titles=[])
    (4, 2)
    >>> grade_of(table, honour=0, rank=0, titles=["senior"]), grade_of(table, honour=0, rank=4, titles=["middle"])
    (3, 1)
    """
    held = set(titles)
    return max(
        (
            line.grade
            for line in table
            if (line.honour_level is not None and honour >= line.honour_level)
            or (line.rank is not None and rank >= line.rank)
            or (line.title and (line.title in held or (line.title == "middle" and "senior" in held)))
        ),
        default=lowest,
    )
