"""Phone and identity numbers of China: pure, from GB 11643 and the numbering plan."""

import hashlib
import re
from datetime import date

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = {
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83, 91,
}  # fmt: skip
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ＋－　", "0123456789XX+- ")


def normalize_phone(text: str) -> str:
    """
    Return a mobile number of the mainland as E.164.

    >>> normalize_phone("138 0013 8000"), normalize_phone("+86-13800138000"), normalize_phone("１３８００１３８０００")
    ('+8613800138000', '+8613800138000', '+8613800138000')

    :raises ValueError: if the text is not such a number.
    """
    digits = re.sub(r"[\s\-()（）]", "", text.translate(_FULL_WIDTH))
    digits = re.sub(r"^(\+|00)?86(?=1[0-9]{10}$)", "", digits)
    if not _MOBILE.fullmatch(digits):
        raise ValueError("not a mobile number of the mainland")
    return "+86" + digits


def mask_phone(phone: str) -> str:
    """
    >>> mask_phone("+8613800138000")
    '138****8000'
    """
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else "****"


def normalize_identity_number(text: str, *, today: date) -> str:
    """
    Return an 18-character identity number in capitals.

    The first two digits must be a province, 81–83 (residents of 港澳台) or 91 (permanent residents); no finer check,
    because county codes come and go while people keep their numbers.

    >>> normalize_identity_number("37010219800101004x", today=date(2026, 1, 1))
    '37010219800101004X'

    :raises ValueError: if a digit, the date or the check character is wrong.
    """
    number = re.sub(r"\s", "", text.translate(_FULL_WIDTH)).upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError("an identity number has 18 characters")
    if int(number[:2]) not in _PROVINCES:
        raise ValueError("the first two digits are no region")
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if not date(1900, 1, 1) <= born <= today:
        raise ValueError("the date of birth cannot be")
    if _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False)) % 11] != number[17]:
        raise ValueError("the check character is wrong")
    return number


def index_form(text: str) -> str:
    """Return the form of a phone number that its blind index hashes; what is no number stays itself."""
    try:
        return normalize_phone(text)
    except ValueError:
        return text.strip()


def plain_form(text: str) -> str:
    """
    Return the form of a name or identity number that its blind index hashes.

    >>> plain_form(" 买买提·艾合买提 ") == plain_form("买买提•艾合买提")
    True
    """
    return re.sub(r"[·•・‧]", "·", re.sub(r"\s", "", text.translate(_FULL_WIDTH))).upper()


_COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳上官司马诸葛夏侯皇甫尉迟公孙慕容令狐司徒长孙宇文端木东方南宫独孤司空百里呼延轩辕钟离申屠闻人澹台淳于单于"
        "太史公冶濮阳赫连西门拓跋",
    )
)


def surname_of(name: str) -> str:
    """
    Return what a person is called by with 师傅: the surname, or the first part of a name with a middle dot.

    >>> surname_of("李海生"), surname_of("欧阳晓东"), surname_of("买买提·艾合买提"), surname_of("𬱖"), surname_of("")
    ('李', '欧阳', '买买提', '𬱖', '')
    """
    name = plain_form(name)
    if "·" in name:
        return name.split("·", 1)[0]
    return name[:2] if name[:2] in _COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def mask_name(name: str) -> str:
    """
    >>> mask_name("李海生"), mask_name("欧阳晓东"), mask_name("买买提·艾合买提"), mask_name("")
    ('李**', '欧阳**', '买买提**', '')
    """
    surname = surname_of(name)
    return surname + "**" if surname else ""


def display_name_of(name: str) -> str:
    """
    Return how others see a person who has given a name and chosen nothing else.

    >>> display_name_of("欧阳晓东"), display_name_of("")
    ('欧阳师傅', '')
    """
    surname = surname_of(name)
    return f"{surname}师傅" if surname else ""


def mask_identity_number(number: str) -> str:
    """
    >>> mask_identity_number("110101199003070011")
    '1101**********0011'
    """
    return f"{number[:4]}**********{number[-4:]}" if len(number) == 18 else "****"


def mask_email(address: str) -> str:
    """
    >>> mask_email("haisheng@example.cn")
    'h****@example.cn'
    """
    local, _, domain = address.partition("@")
    return f"{local[:1]}****@{domain}" if domain else "****"


def token_digest(secret: str) -> str:
    """Return what is kept of a bearer token: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
