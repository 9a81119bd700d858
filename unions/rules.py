"""Rules of the tree that need no database: places, codes, credit codes and coarse numbers."""

import re
import secrets

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_JOIN_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L, which people confuse on a notice board."""
JOIN_CODE_LENGTH = 8
OLD_DAYS = 3
"""From the third day on a join request is old: two working days are what the waiting page promises."""

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CREDIT_CATEGORIES = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19",
    "9": "123", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
UNION_DEPARTMENT = "8"
_FULL_WIDTH = {ord("０") + i: str(i) for i in range(10)} | {ord("Ａ") + i: chr(65 + i) for i in range(26)}


def path_step(union_id: int) -> str:
    """
    Return a union's own step of a path: its id in six digits of base 36, so a step never changes and needs no lock.

    >>> path_step(1), path_step(3_000_000)
    ('000001', '01SATC')
    """
    digits = []
    for _ in range(6):
        union_id, rest = divmod(union_id, 36)
        digits.append(_BASE36[rest])
    return "".join(reversed(digits))


def path_ids(path: str) -> list[int]:
    """
    Return the ids along a path, the top first.

    >>> path_ids(path_step(7) + path_step(1294))
    [7, 1294]
    """
    return [int(path[i : i + 6], 36) for i in range(0, len(path), 6)]


def child_level_fits(*, lowest: int | None, highest: int | None, child_level: int) -> bool:
    """
    Tell whether a node of ``child_level`` may stand below one that manages levels ``lowest`` to ``highest``.

    >>> child_level_fits(lowest=5, highest=7, child_level=6), child_level_fits(lowest=None, highest=None, child_level=8)
    (True, False)
    """
    return lowest is not None and highest is not None and lowest <= child_level <= highest


def managed_levels(text: str) -> tuple[int | None, int | None]:
    """
    Read ``can_manage_levels`` of ``union_types.csv``.

    >>> managed_levels("5-7"), managed_levels("8"), managed_levels("all"), managed_levels("")
    ((5, 7), (8, 8), (2, 8), (None, None))
    """
    if not text:
        return None, None
    if text == "all":
        return 2, 8
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def new_join_code() -> str:
    """Return a random invitation code: 31^8, so a guess among 3 million unions hits once in 280,000 tries."""
    return "".join(secrets.choice(_JOIN_ALPHABET) for _ in range(JOIN_CODE_LENGTH))


def normalize_code(text: str) -> str:
    """
    Return a code as people type it (small letters, spaces, full-width) in the form that is stored.

    >>> normalize_code(" ab3 ｋ7m "), normalize_code("QJ-ZJ")
    ('AB3K7M', 'QJ-ZJ')
    """
    return re.sub(r"\s", "", text.upper().translate(_FULL_WIDTH).replace("－", "-"))


def normalize_credit_code(text: str, *, union: bool = False) -> str:
    """
    Return an 18-character unified social credit code (GB 32100-2015) in capitals.

    >>> normalize_credit_code("81510100mc1a2b3c3c", union=True)
    '81510100MC1A2B3C3C'

    :raises ValueError: if a character, the department, the category or the check character is wrong, or if
        ``union`` and the department is not that of the unions.
    """
    code = normalize_code(text)
    if len(code) != 18 or any(c not in _CREDIT_ALPHABET for c in code):
        raise ValueError("a credit code has 18 characters, without I, O, S, V and Z")
    if code[1] not in _CREDIT_CATEGORIES.get(code[0], ""):
        raise ValueError("no such department and category")
    if union and code[0] != UNION_DEPARTMENT:
        raise ValueError("the credit code of a union begins with 8")
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(code, _CREDIT_WEIGHTS, strict=False))
    if _CREDIT_ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise ValueError("the check character is wrong")
    return code


def coarse_count(members: int) -> tuple[str, int]:
    """
    Return how a stranger may learn a number of members: (``few``, 10) below ten, else (``about``, two digits).

    >>> coarse_count(4), coarse_count(37), coarse_count(1284), coarse_count(12_480)
    (('few', 10), ('about', 37), ('about', 1300), ('about', 12000))
    """
    if members < 10:
        return "few", 10
    scale = max(1, 10 ** (len(str(members)) - 2))
    return "about", round(members / scale) * scale
