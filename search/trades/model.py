"""
Which occupation is meant by a job title. No engine, no database, no downloaded model; a few milliseconds a title.

What is known are *lines*: names, aliases, synonyms and definitions of occupations, and real titles with their
occupation (data/job_titles.csv), each trusted more or less (``TRUST``). A title is compared with all of them (TF-IDF,
cosine), and the nearest ``NEAREST`` vote. They vote by ridge regression on their kernel, not by mere similarity:
lines that say the same share their vote, so twenty near-copies of one title do not outshout one that fits better, and
nothing has to be trained beforehand. ``benchmarks/trade_box.py`` measures it by cross-validation.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt
from operator import mul

from search.analysis import Synonyms, cut, normalize
from search.analysis.normal import runs
from search.documents import exact_terms

TRUST = {"title": 1.0, "name": 0.5, "alias": 0.3, "definition": 0.1}
"""What a line is worth: a title was used by somebody for this occupation, a definition says much beside it."""
WORTH = {"$": 0.6, "1": 1.4}
"""Weight of endings and of single characters; words and pairs have 1."""
RIDGE = 1.0
NEAREST = 60
EXACT = 0.3
"""Lifts an occupation whose name the title is, word for word: enough to bring all but a few to the top (tested)."""
ENDED = 0.2
"""Lifts one whose name the title becomes with an ending: 天车, 天车工."""
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
    Return words, pairs and characters (marked ``1``) of a text, and how its Han text ends (``$``): a Chinese title
    says last what somebody is.

    >>> features("天车")
    ['天车', '1天', '1车', '$天车']
    """
    found: dict[str, None] = {}
    han = ""
    for run in runs(normalize(text)):
        if run.kind != "han":
            found[run.text] = None
            continue
        han += run.text
        found.update(dict.fromkeys(word for word in cut(run.text) if len(word) > 1))
        found.update(dict.fromkeys(run.text[n : n + 2] for n in range(len(run.text) - 1)))
        found.update(dict.fromkeys(f"1{char}" for char in run.text))
    if han:
        found.update(dict.fromkeys((f"${han[-2:]}", f"${han[-3:]}")))
    return list(found)


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
        place = {code: number for number, code in enumerate(self._codes)}
        self._exact: dict[str, list[int]] = defaultdict(list)
        lines = [(title, place[code], TRUST["title"]) for title, code in titles if code in place]
        for number, row in enumerate(occupations):
            names = {row.name: TRUST["name"]}
            for other in (*row.aliases, *synonyms.sources.get(normalize(row.name), ())):
                names.setdefault(other, TRUST["alias"])
            for name, trust in names.items():
                self._exact[exact_terms(name)].append(number)
                lines.append((name, number, trust))
            lines.append((row.definition, number, TRUST["definition"]))
        self._occupation = [number for _text, number, _trust in lines]
        self._noise = [RIDGE / trust for _text, _number, trust in lines]
        self._fill([features(job(text)) for text, _number, _trust in lines])

    def _fill(self, texts: Sequence[list[str]]) -> None:
        holders = Counter(feature for text in texts for feature in text)
        count = len(texts) + 1
        self._idf = {feature: log(count / (n + 1)) + 1 for feature, n in holders.items()}
        self._lines = [self._vector(text) for text in texts]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self._lines):
            for feature in line:
                self._holding[feature].append(number)

    def _vector(self, text: Iterable[str]) -> dict[str, float]:
        """Return the known features with their weights, of length 1."""
        weights = {
            feature: self._idf[feature] * WORTH.get(feature[0], 1.0)
            for feature in text
            if feature in self._idf
        }
        length = sqrt(sum(w * w for w in weights.values())) or 1.0
        return {feature: w / length for feature, w in weights.items()}

    def suggest(self, title: str, limit: int = 5) -> list[Guess]:
        """Return the occupations most likely meant, best first; none if nothing of the title is known."""
        text = job(title)
        scores = self._votes(features(text))
        for number, value in self._by_whole_names(exact_terms(text)).items():
            scores[number] += value
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        return [Guess(self._codes[number], round(score, 4)) for number, score in best]

    def _votes(self, asked: Sequence[str]) -> dict[int, float]:
        """Return how much the nearest lines say for each occupation."""
        near: dict[int, float] = defaultdict(float)
        for feature, weight in self._vector(asked).items():
            for line in self._holding[feature]:
                near[line] += weight * self._lines[line][feature]
        chosen = nlargest(NEAREST, near, key=lambda line: (near[line], -line))
        kernel = [
            [_dot(self._lines[a], self._lines[b]) for b in chosen[: n + 1]] for n, a in enumerate(chosen)
        ]
        for n, line in enumerate(chosen):
            kernel[n][n] += self._noise[line]
        found: dict[int, float] = defaultdict(float)
        for line, vote in zip(chosen, _solve(kernel, [near[line] for line in chosen]), strict=True):
            found[self._occupation[line]] += vote
        return found

    def _by_whole_names(self, text: str) -> dict[int, float]:
        """Find the text among the names, with an ending or without."""
        found: dict[int, float] = {}
        if len(text) < 2:
            return found
        for name, value in (
            *((text + ending, ENDED) for ending in _ENDINGS),
            (text, EXACT),
        ):
            for number in self._exact.get(name, ()):
                found[number] = max(value, found.get(number, 0.0))
        return found


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[feature] for feature, weight in small.items() if feature in large)


def _solve(lower: list[list[float]], right: Sequence[float]) -> list[float]:
    """
    Solve A x = b for a symmetric positive definite A, given by its lower half, which is overwritten (Cholesky).

    >>> _solve([[4.0], [2.0, 5.0]], [2.0, 5.0])
    [0.0, 1.0]
    """
    size = len(lower)
    half: list[float] = []
    for n, row in enumerate(lower):
        for m in range(n):
            row[m] = (row[m] - sum(map(mul, row[:m], lower[m]))) / lower[m][m]
        row[n] = sqrt(row[n] - sum(map(mul, row[:n], row)))
        half.append((right[n] - sum(map(mul, row[:n], half))) / row[n])
    solved = [0.0] * size
    for n in reversed(range(size)):
        rest = sum(lower[k][n] * solved[k] for k in range(n + 1, size))
        solved[n] = (half[n] - rest) / lower[n][n]
    return solved
