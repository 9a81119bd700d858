"""
Which occupation is meant by a job title. No engine, no database, no downloaded model; a few milliseconds a title.

Four kinds of evidence, each between 0 and about 1, added with fixed weights (tuned by benchmarks/trade_box.py):

* names: how much of the title one name of the occupation covers, and the other way round (BM25 over names, aliases
  and trade synonyms, each a text of its own);
* texts: BM25 over name, aliases, definition and group of an occupation as one text;
* neighbours: known titles with their occupation (data/job_titles.csv) that resemble this one;
* words: for each word, how its known uses spread over the occupations.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, log1p

from search.analysis import Synonyms, cut, normalize
from search.analysis.normal import runs
from search.documents import exact_terms

WEIGHTS = {"names": 0.8, "texts": 0.9, "neighbours": 1.7, "words": 3.4}
PRIOR = 0.04
EXACT = 5.0
"""A title that is a name of an occupation, word for word, stands first."""
ENDED = 3.0
"""A title that becomes one with an ending: 天车, 天车工."""
INSIDE = 0.8
"""A whole name within a title, by its share of it: 骑手 in 美团骑手."""
SINGLE = 0.3
"""Weight of a single character among words and pairs."""
NEIGHBOURS = 30
FADE = 1.5
"""The second neighbour with the same occupation counts so much less than the first."""
MAX_CHARS = 60
_HIRING = re.compile("招聘|诚聘|急聘|聘请|招募|招")
_OFFERS = re.compile(
    r"[（(【\[].*?[)）】\]]|\d+[-~至]?\d*[kw元万千]?|五险一金|双休|包吃住|包吃|包住|急招|高薪|诚聘|诚招|月薪|底薪|提成|"
    r"兼职|全职|实习生?|应届生?|周末|无经验|带薪|接受|经验|不限|学徒"
)
_FILLERS = re.compile("^(?:我是|我|做|干|搞|开|当|学|修)(?=.{2})|(?:的|师傅|人员)$")
_ENDINGS = ("工", "员", "师", "司机", "操作工", "人员")
_ENOUGH = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class OccupationRow:
    """What is known of an occupation: its code, name, aliases, definition and the names of its groups."""

    code: str
    name: str
    aliases: tuple[str, ...]
    definition: str
    group: str


@dataclass(frozen=True, slots=True)
class Guess:
    code: str
    score: float


def job(title: str) -> str:
    """
    Return the part of a title that names the work, without what is offered for it.

    >>> job("漳州高薪12000元招聘焊工（包吃住）"), job("开天车的")
    ('焊工', '天车')
    """
    text = normalize(title[: MAX_CHARS * 2])[:MAX_CHARS].strip()
    after = _HIRING.split(text)[-1]
    text = after if _ENOUGH.search(after) else text
    for pattern in (_OFFERS, _FILLERS):
        shorter = pattern.sub(" ", text).strip()
        text = shorter if _ENOUGH.search(shorter) else text
    return text


def features(text: str) -> list[str]:
    """
    Return words, pairs and characters (marked ``1``) of a text.

    >>> features("天车")
    ['天车', '1天', '1车']
    """
    found: dict[str, None] = {}
    for run in runs(normalize(text)):
        if run.kind != "han":
            found[run.text] = None
            continue
        found.update(dict.fromkeys(word for word in cut(run.text) if len(word) > 1))
        found.update(dict.fromkeys(run.text[n : n + 2] for n in range(len(run.text) - 1)))
        found.update(dict.fromkeys(f"1{char}" for char in run.text))
    return list(found)


def _stretches(length: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of all stretches of two to ten characters."""
    for start in range(length - 1):
        for end in range(start + 2, min(start + 10, length) + 1):
            yield start, end


def _worth(feature: str) -> float:
    return SINGLE if feature[0] == "1" else 1.0


class _Bm25:
    """BM25 with its weights worked out beforehand: scoring adds numbers from a table."""

    def __init__(self, texts: Sequence[Mapping[str, float]], k: float = 1.2, b: float = 0.6) -> None:
        count = len(texts)
        lengths = [sum(text.values()) for text in texts]
        mean = sum(lengths) / max(1, count) or 1.0
        holders = Counter(feature for text in texts for feature in text)
        self._idf = {
            feature: log(1 + (count - n + 0.5) / (n + 0.5)) * _worth(feature)
            for feature, n in holders.items()
        }
        self._table: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (text, length) in enumerate(zip(texts, lengths, strict=True)):
            for feature, n in text.items():
                part = n * (k + 1) / (n + k * (1 - b + b * length / mean))
                self._table[feature].append((number, self._idf[feature] * part))

    def value(self, asked: Iterable[str]) -> float:
        """Return what a text of just these features could score, about: to make scores comparable."""
        return sum(self._idf.get(feature, 3 * _worth(feature)) for feature in asked) or 1.0

    def scores(self, asked: Iterable[str]) -> dict[int, float]:
        found: dict[int, float] = defaultdict(float)
        for feature in asked:
            for number, weight in self._table.get(feature, ()):
                found[number] += weight
        return found

    def idf(self, feature: str) -> float:
        return self._idf.get(feature, 0.0)


class TradeModel:
    """All that is known of occupations and titles, ready to be asked. Reading it from many threads is safe."""

    def __init__(
        self,
        occupations: Sequence[OccupationRow],
        synonyms: Synonyms,
        titles: Iterable[tuple[str, str]],
    ) -> None:
        """``titles`` are known titles with the codes they stand for; codes that do not exist are left out."""
        self._codes = [row.code for row in occupations]
        # Each name is read several times below.
        self._read = lru_cache(maxsize=None)(features)
        place = {code: number for number, code in enumerate(self._codes)}
        self._fill_names(occupations, synonyms)
        self._fill_texts(occupations)
        known = [(features(job(title)), place[code]) for title, code in titles if code in place]
        self._fill_titles(known)
        self._fill_words(known)
        del self._read

    def suggest(self, title: str, limit: int = 5) -> list[Guess]:
        """Return the occupations most likely meant, best first; none if nothing of the title is known."""
        text = job(title)
        asked = features(text)
        scores: dict[int, float] = defaultdict(float)
        for kind, evidence in (
            ("names", self._by_names(asked)),
            ("texts", self._by_texts(asked)),
            ("neighbours", self._by_neighbours(asked)),
            ("words", self._by_words(asked)),
        ):
            for number, value in evidence.items():
                scores[number] += WEIGHTS[kind] * value
        for number in scores:
            scores[number] += PRIOR * self._prior[number]
        for number, value in self._by_whole_names(exact_terms(text)).items():
            scores[number] += value
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        return [Guess(self._codes[number], round(score, 4)) for number, score in best]

    # -- names

    def _fill_names(self, occupations: Sequence[OccupationRow], synonyms: Synonyms) -> None:
        texts: list[Counter[str]] = []
        self._name_of: list[int] = []
        self._exact: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(occupations):
            names = dict.fromkeys((row.name, *row.aliases, *synonyms.sources.get(normalize(row.name), ())))
            for name in names:
                texts.append(Counter(self._read(name)))
                self._name_of.append(number)
                self._exact[exact_terms(name)].append(number)
        self._names = _Bm25(texts)
        self._name_features = [tuple(text) for text in texts]
        self._name_values = [self._names.value(text) for text in texts]

    def _by_whole_names(self, text: str) -> dict[int, float]:
        """Find the text among the names, with an ending or without, or a whole name inside the text."""
        found: dict[int, float] = {}
        if len(text) < 2:
            return found
        for name, value in (
            *((text[a:b], INSIDE * (b - a) / len(text)) for a, b in _stretches(len(text))),
            *((text + ending, ENDED) for ending in _ENDINGS),
            (text, EXACT),
        ):
            for number in self._exact.get(name, ()):
                found[number] = max(value, found.get(number, 0.0))
        return found

    def _by_names(self, asked: list[str]) -> dict[int, float]:
        whole = self._names.value(asked)
        present = set(asked)
        best: dict[int, float] = {}
        for name, score in self._names.scores(asked).items():
            met = sum(self._names.idf(f) for f in self._name_features[name] if f in present)
            value = score / whole * (0.5 + 0.5 * met / self._name_values[name])
            number = self._name_of[name]
            if value > best.get(number, 0.0):
                best[number] = value
        return best

    # -- texts

    def _fill_texts(self, occupations: Sequence[OccupationRow]) -> None:
        texts: list[Counter[str]] = []
        for row in occupations:
            text: Counter[str] = Counter()
            for part, weight in ((row.name, 3.0), *((alias, 2.0) for alias in row.aliases)):
                for feature in self._read(part):
                    text[feature] += weight  # type: ignore[assignment]
            for part, weight in ((row.definition, 1.0), (row.group, 0.3)):
                for feature in self._read(part):
                    text[feature] += weight  # type: ignore[assignment]
            texts.append(text)
        self._texts = _Bm25(texts, b=0.75)
        self._row_features = [
            Counter(f for name in (row.name, *row.aliases) for f in self._read(name)) for row in occupations
        ]
        for counts, row in zip(self._row_features, occupations, strict=True):
            for feature in self._read(row.definition):
                counts[feature] += 0.3  # type: ignore[assignment]

    def _by_texts(self, asked: list[str]) -> dict[int, float]:
        whole = self._texts.value(asked)
        return {number: score / whole for number, score in self._texts.scores(asked).items()}

    # -- known titles

    def _fill_titles(self, known: Sequence[tuple[list[str], int]]) -> None:
        self._titles = _Bm25([Counter(found) for found, _number in known])
        self._title_of = [number for _found, number in known]
        often = Counter(self._title_of)
        self._prior = [log1p(often[number]) for number in range(len(self._codes))]

    def _by_neighbours(self, asked: list[str]) -> dict[int, float]:
        whole = self._titles.value(asked)
        near = sorted(self._titles.scores(asked).items(), key=lambda pair: (-pair[1], pair[0]))[:NEIGHBOURS]
        seen: Counter[int] = Counter()
        found: dict[int, float] = defaultdict(float)
        for title, score in near:
            number = self._title_of[title]
            found[number] += score / whole / FADE ** seen[number]
            seen[number] += 1
        return found

    # -- words

    def _fill_words(self, known: Sequence[tuple[list[str], int]]) -> None:
        for found, number in known:
            self._row_features[number].update(found)
        uses: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, counts in enumerate(self._row_features):
            for feature, n in counts.items():
                uses[feature].append((number, n))
        count = len(self._codes)
        self._words: dict[str, tuple[float, list[tuple[int, float]]]] = {}
        for feature, spread in uses.items():
            weight = log(1 + count / len(spread)) * _worth(feature)
            whole = sum(n for _number, n in spread) + 1.0
            self._words[feature] = (weight, [(number, weight * n / whole) for number, n in spread])
        del self._row_features

    def _by_words(self, asked: list[str]) -> dict[int, float]:
        found: dict[int, float] = defaultdict(float)
        whole = 0.0
        for feature in asked:
            weight, spread = self._words.get(feature, (0.0, ()))
            whole += weight
            for number, value in spread:
                found[number] += value
        return {number: value / whole for number, value in found.items()} if whole else {}
