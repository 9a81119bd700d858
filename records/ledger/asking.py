"""
When a check of presence may come, and what it asks. Plain Python: chance is an argument.

A policy that asks every five minutes or seldomer is calm: then no check comes in the first two minutes of a session, nor
twice within four. A policy with shorter intervals has asked for them, and its values stand.

What may be put off costs nobody a minute: intervals are drawn so that one proof still covers all that was played when
the check comes two minutes later.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from records.ledger.terms import Terms

CALM_MS = 240_000
"""Two checks lie at least so far apart, unless the policy itself wants them closer."""
QUIET_MS = 120_000
"""At the beginning of a session nobody is asked for so long."""
MARGIN_MS = 60_000
"""What may still be played after a check fell due: a question of the lesson that is being answered, a slow timer."""
TAP, CHOICE, NUMBER = "tap", "choice", "number"
LONGEST_PROMPT = 400
Pick = Callable[[int], int]
"""``pick(n)`` is a whole number from 0 to n − 1 by chance."""


@dataclass(frozen=True, slots=True)
class Question:
    """A checkpoint question of a lesson with one right option; which one it is does not matter here."""

    prompt: str
    options: tuple[str, ...]


def is_calm(terms: Terms) -> bool:
    """
    Tell whether a policy leaves room for the quiet at the beginning.

    >>> is_calm(Terms()), is_calm(Terms(presence_min_ms=5_000, presence_max_ms=10_000))
    (True, False)
    """
    return terms.presence_min_ms >= CALM_MS


def longest_interval_ms(terms: Terms) -> int:
    """
    Return the longest interval that may be drawn, in ms: the policy's, less what a put-off check needs.

    With 5 to 15 minutes and proofs that cover 16, intervals are 5 to 13 minutes long:

    >>> longest_interval_ms(Terms()), longest_interval_ms(Terms(presence_min_ms=5_000, presence_max_ms=10_000))
    (780000, 10000)

    Where a policy leaves little between its shortest and its longest, half of that stays: an interval that is always the
    same could be foreseen. ``put_off`` then shortens the quiet instead.

    >>> longest_interval_ms(Terms(presence_min_ms=300_000, presence_max_ms=360_000, proof_covers_ms=420_000))
    330000
    """
    if not is_calm(terms):
        return terms.presence_max_ms
    covered = terms.proof_covers_ms - QUIET_MS - MARGIN_MS
    middle = (terms.presence_min_ms + terms.presence_max_ms) // 2
    return max(middle, min(terms.presence_max_ms, covered))


def put_off(due_ms: int, played_ms: int, terms: Terms) -> int:
    """
    Return how much must be played in a new session until its first check, in ms.

    ``due_ms`` is what the countdown has left, ``played_ms`` what was played since the last judgement. Who begins again
    is left alone for two minutes:

    >>> put_off(412_000, 0, Terms()), put_off(30_000, 570_000, Terms()), put_off(0, 780_000, Terms())
    (412000, 120000, 120000)

    but never so long that a proof no longer covers what was played, as in many sessions of a minute each:

    >>> put_off(0, 850_000, Terms()), put_off(0, 1_200_000, Terms())
    (50000, 0)

    and not at all where the policy asks every few seconds:

    >>> put_off(0, 9_000, Terms(presence_min_ms=5_000, presence_max_ms=10_000))
    0
    """
    if not is_calm(terms):
        return due_ms
    room = terms.proof_covers_ms - MARGIN_MS - played_ms
    return max(due_ms, min(QUIET_MS, max(0, room)))


def ask(
    pick: Pick, *, terms: Terms, questions: Sequence[Question] = (), is_heard: bool = False
) -> tuple[str, str]:
    """
    Return the kind of a check and what it is about: the digits of a number to type, the lines of a choice (the question,
    then its options), nothing for a tap. Half of the checks are taps.

    ``is_heard`` says that the lesson may be followed with the screen off: its checks are spoken and answered by one
    key. Nobody solves anything every few seconds either, so a policy that is not calm asks for taps alone.

    >>> arc = Question("焊接电流太小会怎样？", ("引弧难，容易粘条", "飞溅多，咬边"))
    >>> low, high = (lambda n: 0), (lambda n: n - 1)
    >>> ask(low, terms=Terms(), questions=[arc]), ask(lambda n: min(2, n - 1), terms=Terms())
    (('tap', ''), ('number', '12'))
    >>> ask(high, terms=Terms(), questions=[arc])
    ('choice', '焊接电流太小会怎样？\\n引弧难，容易粘条\\n飞溅多，咬边')
    >>> ask(high, terms=Terms(), questions=[arc], is_heard=True)
    ('tap', '')

    Without a question in the lesson it is the largest of three numbers:

    >>> ask(high, terms=Terms())
    ('choice', '\\n99\\n98\\n97')
    """
    kind = (TAP, TAP, NUMBER, CHOICE)[pick(4)]
    if kind == TAP or is_heard or not is_calm(terms):
        return TAP, ""
    if kind == NUMBER:
        return NUMBER, str(10 + pick(90))
    short = [q for q in questions if len(lines_of(q)) <= LONGEST_PROMPT]
    if short:
        return CHOICE, lines_of(short[pick(len(short))])
    left = list(range(10, 100))
    return CHOICE, "\n".join(["", *(str(left.pop(pick(len(left)))) for _ in range(3))])


def lines_of(question: Question) -> str:
    """
    Return a question as one line, then one line an option.

    >>> lines_of(Question(" 选\\n哪个？ ", ("甲", "乙")))
    '选 哪个？\\n甲\\n乙'
    """
    return "\n".join(_line(text) for text in (question.prompt, *question.options))


def single_choice(questions: Iterable[Question]) -> tuple[Question, ...]:
    """
    Return the questions that can be asked as a choice: two options at least, and something to ask.

    >>> single_choice([Question("？", ("甲",)), Question("", ("甲", "乙")), Question("哪个？", ("甲", "乙"))])
    (Question(prompt='哪个？', options=('甲', '乙')),)
    """
    return tuple(q for q in questions if q.prompt.strip() and len(q.options) >= 2)


def _line(text: str) -> str:
    return " ".join(text.split())
