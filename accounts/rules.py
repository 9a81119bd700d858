"""Phone and identity numbers of China: pure, from GB 11643 and the numbering plan."""

import hashlib
import re
from datetime import date

_MOBILE = re.compile(r"1[3-9]\d{9}")
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
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
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
    if not re.fullmatch(r"\d{17}[\dX]", number):
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


def token_digest(secret: str) -> str:
    """Return what is kept of a bearer token: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
