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
from search.analysis import Synonyms, query_terms
from search.documents import exact_terms
from search.engines import SearchRequest, SearchUnavailable, engine
from search.synonyms import synonyms
from search.trades.model import Guess, OccupationRow, TradeModel

KEEP_S = 600.0
"""After this long the occupations are read again: the list changes once a year."""
LIMIT = 5
_LETTERS = re.compile(r"[a-zA-Z' ]{2,40}")
_lock = Lock()


@dataclass(frozen=True, slots=True)
class TradeSuggestion:
    """An occupation that may be meant. ``says`` is what of it tells people that it is theirs."""

    code: str
    name: str
    says: str
    score: float


@dataclass(frozen=True, slots=True)
class _Made:
    """A model, what it was made of, and when."""

    at: float
    synonyms: Synonyms
    model: TradeModel
    rows: dict[str, OccupationRow]

    def holds(self, known: Synonyms) -> bool:
        return self.synonyms is known and self.at > time.monotonic() - KEEP_S


_made: dict[str, _Made] = {}


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
    known = synonyms()
    made = _made.get(name)
    if made is None or not made.holds(known):
        with _lock:
            made = _made.get(name)
            if made is None or not made.holds(known):
                rows = occupation_rows()
                model = TradeModel(rows, known, known_titles())
                made = _Made(time.monotonic(), known, model, {row.code: row for row in rows})
                _made[name] = made
    return made.model, made.rows


def _spoken(text: str, limit: int) -> list[Guess]:
    """Ask the engine for names that sound so: the readings of all names are in its index, not in this process."""
    typed = "".join(text.split())
    request = SearchRequest(
        terms=query_terms(typed, synonyms()),
        filters={"type": ("occupation",)},
        size=limit,
        exact=exact_terms(typed),
    )
    try:
        page = engine().search(request)
    except SearchUnavailable:
        return []
    return [Guess(hit.payload["card"]["code"], round(hit.score, 4)) for hit in page.hits]
