"""The list of cases: each a function that lets a worker play; what was credited is judged afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.attack.player import Worker


@dataclass(frozen=True)
class Case:
    """
    ``seconds`` is what it takes on a real clock. ``fast``: it plays the fast lesson (a check every 5 to 10 s, a minute
    a day), with a worker who has played nothing else. ``is_last``: it leaves a check open, so no other case with this
    worker may follow. ``is_quick``: part of a quick run.
    """

    name: str
    play: Callable[[Worker, Worker], None]
    kind: str
    seconds: float
    fast: bool
    is_last: bool
    is_quick: bool


CASES: list[Case] = []


def case(
    name: str, kind: str, *, seconds: float, fast: bool = False, is_last: bool = False, is_quick: bool = True
) -> Callable[[Callable[[Worker, Worker], None]], Callable[[Worker, Worker], None]]:
    """Register a case. It gets the worker, and a stranger who must not get anything by it."""

    def register(play: Callable[[Worker, Worker], None]) -> Callable[[Worker, Worker], None]:
        CASES.append(Case(name, play, kind, seconds, fast, is_last, is_quick))
        return play

    return register


def expect(is_so: bool, what: str) -> None:
    """
    Say what the server did that it may not do, beyond what credit shows.

    :raises Unexpected: if it is not so.
    """
    if not is_so:
        raise Unexpected(what)


class Unexpected(Exception):
    """The server let something through, or refused what it may not."""
