"""The trade box over the occupations of the database; the model is made once in a process and kept for a while."""

import csv
import re
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.utils import timezone

from occupations.api import occupations_on
from search.analysis import query_terms, trade_synonyms
from search.documents import exact_terms
from search.engines import SearchRequest, SearchUnavailable, engine
from search.trades.model import Guess, OccupationRow, TradeModel

KEEP_S = 600.0
"""After this long the occupations are read again: the list changes once a year."""
LIMIT = 5
_LETTERS = re.compile(r"[a-zA-Z' ]{2,40}")
_lock = Lock()
_made: dict[str, tuple[float, TradeModel, dict[str, OccupationRow]]] = {}


@dataclass(frozen=True, slots=True)
class TradeSuggestion:
    """An occupation that may be meant. ``says`` is what of it tells people that it is theirs."""

    code: str
    name: str
    says: str
    score: float


def known_titles() -> list[tuple[str, str]]:
    """Return real job titles with the code of their occupation (source: NOTICE)."""
    path = Path(__file__).parent / "data" / "job_titles.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["job_title"], row["expected_code"]) for row in csv.DictReader(file)]


def occupation_rows() -> list[OccupationRow]:
    """Return the occupations valid today, in one query."""
    found = occupations_on(timezone.localdate()).select_related("group__parent")
    return [
        OccupationRow(
            o.code,
            o.name,
            tuple(alias for alias in o.aliases.splitlines() if alias),
            o.definition,
            f"{o.group.name} {o.group.parent.name if o.group.parent else ''}",
        )
        for o in found
    ]


def suggest_occupation(text: str, limit: int = LIMIT) -> tuple[TradeSuggestion, ...]:
    """Return the occupations a person may mean by the own job title, the likeliest first."""
    model, rows = _model()
    guesses = _spoken(text, limit) if _LETTERS.fullmatch(text.strip()) else []
    known = {guess.code for guess in guesses}
    guesses += [guess for guess in model.suggest(text, limit) if guess.code not in known]
    return tuple(
        TradeSuggestion(guess.code, rows[guess.code].name, rows[guess.code].definition, guess.score)
        for guess in guesses[:limit]
        if guess.code in rows
    )


def forget() -> None:
    """Read the occupations again at the next question: after a new edition was loaded, and in tests."""
    with _lock:
        _made.clear()


def _model() -> tuple[TradeModel, dict[str, OccupationRow]]:
    name = str(settings.DATABASES["default"]["NAME"])
    made = _made.get(name)
    if made is None or made[0] < time.monotonic() - KEEP_S:
        with _lock:
            made = _made.get(name)
            if made is None or made[0] < time.monotonic() - KEEP_S:
                rows = occupation_rows()
                model = TradeModel(rows, trade_synonyms(), known_titles())
                made = (time.monotonic(), model, {row.code: row for row in rows})
                _made[name] = made
    return made[1], made[2]


def _spoken(text: str, limit: int) -> list[Guess]:
    """Ask the engine for names that sound so: the readings of all names are in its index, not in this process."""
    typed = "".join(text.split())
    request = SearchRequest(
        terms=query_terms(typed, trade_synonyms()),
        filters={"type": ("occupation",)},
        size=limit,
        exact=exact_terms(typed),
    )
    try:
        page = engine().search(request)
    except SearchUnavailable:
        return []
    return [Guess(hit.payload["card"]["code"], round(hit.score, 4)) for hit in page.hits]
