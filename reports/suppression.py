"""
Which numbers of a table are not shown, so that nobody is known by being few. Plain Python, no database.

A cell with one to four people is hidden. Because sums are shown, hiding it alone would hide nothing: it is the sum less
the others. So in every set of cells whose sum is known, either nothing is hidden, or at least two cells with five people
together; and no hidden cell may follow from all known sums taken together (checked by solving them).
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 5
"""The smallest number of people that is shown (design §5)."""
_PRIME = 2_147_483_647


@dataclass(frozen=True)
class Known:
    """A sum that is shown or may be: ``whole`` (None: a number always shown) is what the ``parts`` add up to."""

    parts: tuple[Hashable, ...]
    whole: Hashable | None = None


def hidden_cells(
    cells: Mapping[Hashable, int], sums: Sequence[Known], *, never_shown: Collection[Hashable] = ()
) -> set[Hashable]:
    """
    Return the cells not to be shown. ``never_shown`` are parts that no page has, so they hide others for free.

    >>> sorted(hidden_cells({"a": 3, "b": 9, "c": 40}, [Known(("a", "b", "c"))]))
    ['a', 'b']
    >>> sorted(hidden_cells({"a": 3, "b": 30, "c": 33}, [Known(("a",)), Known(("b",)), Known(("a", "b"), whole="c")]))
    ['a']
    >>> hidden_cells({"a": 5, "b": 9}, [Known(("a", "b"))])
    set()
    >>> sorted(hidden_cells({"a": 1, "b": 2, "c": 7, "d": 8}, [Known(("a", "b", "c", "d"))]))
    ['a', 'b', 'c']
    """
    small = {key for key, number in cells.items() if 0 < number < FEWEST}
    hidden = small | set(never_shown)
    # Who stands alone in a sum that is always shown cannot be hidden by anything: hiding others for it would go on until
    # nothing is left to read.
    alone = {key for known in sums for key in _alone(cells, known)}
    in_need = small - alone
    sums_of: dict[Hashable, list[Known]] = defaultdict(list)
    for known in sums:
        for key in (*known.parts, *([known.whole] if known.whole is not None else [])):
            sums_of[key].append(known)
    _hide_beside(cells, sums, hidden, in_need)
    while in_need & (told := _told(sums, hidden)):
        # A cell follows from others that follow: hide one more beside any of them, first beside those in need.
        order = [*sorted(told & in_need, key=str), *sorted(told - in_need - alone, key=str)]
        if not any(_hide_one(cells, known, hidden) for key in order for known in sums_of[key]):
            break
        _hide_beside(cells, sums, hidden, in_need)
    return hidden - set(never_shown)


def _hide_beside(
    cells: Mapping[Hashable, int], sums: Sequence[Known], hidden: set[Hashable], in_need: set[Hashable]
) -> None:
    """Hide further cells until each sum has nothing hidden, or two parts with five people together."""
    is_changed = True
    while is_changed:
        is_changed = False
        for known in sums:
            parts = [key for key in known.parts if key in hidden]
            if not in_need.intersection(parts) or (known.whole is not None and known.whole in hidden):
                continue
            if len(parts) < 2 or sum(cells.get(key, 0) for key in parts) < FEWEST:
                is_changed = _hide_one(cells, known, hidden) or is_changed


def _alone(cells: Mapping[Hashable, int], known: Known) -> list[Hashable]:
    """Return the only cell with anybody in it of a sum that is always shown, else nothing."""
    found = [key for key in known.parts if cells.get(key, 0) > 0]
    return found if known.whole is None and len(found) == 1 else []


def _hide_one(cells: Mapping[Hashable, int], known: Known, hidden: set[Hashable]) -> bool:
    """Hide the smallest part that is shown, or the whole where no part is left; tell whether there was one."""
    shown = [key for key in known.parts if key not in hidden and cells.get(key, 0) > 0]
    if shown:
        hidden.add(min(shown, key=lambda key: (cells[key], str(key))))
        return True
    if known.whole is not None and known.whole not in hidden and cells.get(known.whole, 0) > 0:
        hidden.add(known.whole)
        return True
    return False


def _told(sums: Sequence[Known], hidden: set[Hashable]) -> set[Hashable]:
    """
    Return the hidden cells that follow from the known sums: those that stand alone in a row of the solved system. It is
    solved modulo a prime, which is exact but for a chance of one in two thousand million a cell.
    """
    rows: dict[Hashable, dict[Hashable, int]] = {}
    for known in sums:
        row: dict[Hashable, int] = defaultdict(int)
        for key in known.parts:
            if key in hidden:
                row[key] += 1
        if known.whole is not None and known.whole in hidden:
            row[known.whole] -= 1
        row = {key: n % _PRIME for key, n in row.items() if n % _PRIME}
        for pivot in [key for key in row if key in rows]:
            if pivot in row:
                _subtract(row, rows[pivot], row[pivot])
        if not row:
            continue
        pivot = next(iter(row))
        inverse = pow(row[pivot], -1, _PRIME)
        row = {key: n * inverse % _PRIME for key, n in row.items()}
        for other in rows.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        rows[pivot] = row
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[Hashable, int], other: Mapping[Hashable, int], times: int) -> None:
    for key, number in other.items():
        left = (row.get(key, 0) - times * number) % _PRIME
        if left:
            row[key] = left
        else:
            row.pop(key, None)
