"""
How well and how fast the search finds: relevance over the demo's courses, time and memory over many.

    bin/bench search [--smoke] [--whole] [--worst]

Relevance: ``worlds/judged_queries.tsv``, nDCG@10 of each engine, the page's own way of asking (spelling and all); ``--worst``
prints the ten queries that did worst. Speed: 10,000 courses and lessons made of the demo's, with ``--whole`` 100,000 as
well and the growth between the two: one query at a time with facets and highlights, suggestions, indexing with
segmentation. The embedded engine always, Elasticsearch where ELASTICSEARCH_URL names one. Whatever is made here lies in a
folder and under a prefix of its own and is removed.
"""

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import log2
from pathlib import Path
from typing import Any

import django
from measure import Figure, report

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")
django.setup()

from search import queries  # noqa: E402
from search.documents import SearchDocument, prepare  # noqa: E402
from search.engines import SearchEngine  # noqa: E402
from search.engines.embedded import EmbeddedEngine  # noqa: E402
from search.question import Question  # noqa: E402
from search.sources import all_groups  # noqa: E402

JUDGED = Path(__file__).parent / "worlds" / "judged_queries.tsv"
TOP, WORST = 10, 10
GOOD, NEAR = 0.85, 0.03
TENTH, WHOLE = 10_000, 100_000
QUERY_MS = {"embedded": 5.0, "elasticsearch": 30.0}
FACETS = ("type", "trade", "occupation", "level", "instructor")
ONLY = {"type": ("course", "lesson")}
Judgement = tuple[str, str, list[tuple[str, str, int]]]


# -- relevance


def judged() -> list[Judgement]:
    """Return (kind, query, answers); an answer is (slug, part of a lesson's title or "", grade)."""
    found: list[Judgement] = []
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, query, answers = line.split("\t")
        parts = [
            answer.rpartition(":") if answer[-2] == ":" else (answer, "", "3")
            for answer in answers.split(" ")
        ]
        found.append((kind, query, [(*name.partition("/")[::2], int(grade)) for name, _, grade in parts]))
    return found


def grade_of(document: SearchDocument, slug: str, answers: list[tuple[str, str, int]]) -> int:
    """Return how good it is to find a document of this course: 0 to 3."""
    grades = [0]
    for wanted, lesson, grade in answers:
        if wanted != slug:
            continue
        if lesson:
            grades.append(grade if document.type == "lesson" and lesson in document.title else 0)
        else:
            grades.append(grade if document.type == "course" else 1)
    return max(grades)


def gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / log2(n + 2) for n, grade in enumerate(grades[:TOP]))


@contextmanager
def asking(target: SearchEngine) -> Iterator[None]:
    """Let the pages' way of asking use this engine."""
    own, queries.engine = queries.engine, lambda: target
    try:
        yield
    finally:
        queries.engine = own


def relevance(target: SearchEngine, documents: dict[str, tuple[SearchDocument, str]]) -> dict[str, float]:
    """Return nDCG@10 by query."""
    scores: dict[str, float] = {}
    with asking(target):
        for _kind, query, answers in judged():
            grades = {key: grade_of(document, slug, answers) for key, (document, slug) in documents.items()}
            ideal = gain(sorted(grades.values(), reverse=True))
            if not ideal:
                raise SystemExit(f"nothing in the demo answers {query!r}: {answers}")
            found = queries.answer(Question(q=query), fixed=ONLY, size=TOP).results
            scores[query] = gain([grades[result.key] for result in found]) / ideal
    return scores


def demo_documents() -> dict[str, tuple[SearchDocument, str]]:
    """Return the demo's courses and lessons by key, each with the slug of its course."""
    found: dict[str, tuple[SearchDocument, str]] = {}
    for key, group in all_groups():
        if key.startswith("course:"):
            slug = next(d.url.strip("/").split("/")[-1] for d in group if d.type == "course")
            found |= {document.key: (document, slug) for document in group}
    return found


# -- speed


def many(count: int, like: list[SearchDocument]) -> Iterator[SearchDocument]:
    """Yield documents with mixed titles and texts of real ones: as many different words, ever new neighbours."""
    chance = random.Random(9)
    bodies = [d.body for d in like if d.body]
    for n in range(count):
        one, other = chance.choice(like), chance.choice(like)
        key = f"{one.type}:{n}"
        yield replace(
            one,
            key=key,
            part_of=key,
            title=f"{one.title[:20]}{other.title[-12:]} {n % 997}",
            body=chance.choice(bodies)[:600] + chance.choice(bodies)[-300:],
            new_ms=n,
            popularity=chance.randrange(500),
        )


def p95(call: Callable[[str], Any], texts: list[str]) -> float:
    """Return the 95th percentile of one call's time in ms, the lowest of three rounds."""
    for text in texts:
        call(text)
    rounds = []
    for _ in range(3):
        took = []
        for text in texts:
            started = time.perf_counter()
            call(text)
            took.append((time.perf_counter() - started) * 1000)
        rounds.append(sorted(took)[int(len(took) * 0.95)])
    return min(rounds)


def speed(target: SearchEngine, count: int, like: list[SearchDocument]) -> dict[str, float]:
    gc.collect()
    documents = list(many(count, like))
    started = time.perf_counter()
    target.rebuild(prepare(document) for document in documents)
    seconds = time.perf_counter() - started
    texts = [query for _kind, query, _answers in judged()]

    def ask(text: str) -> None:
        page = queries._helped(
            queries._Found(
                request := replace(queries._request(text, Question(q=text)), facets=FACETS),
                target.search(request),
            ),
            Question(q=text),
        )
        for hit in page.page.hits:
            queries._result(hit, page.request.terms)

    with asking(target):
        return {
            "query": p95(ask, texts),
            "suggestion": p95(queries.suggestions, [text[:3] for text in texts]),
            "documents/s": count / seconds,
        }


MEMORY = """
import os, sys
sys.path[:0] = [{root!r}, {site!r}]
import psutil, django
django.setup()
import search.queries, search.trades.suggest
one = psutil.Process()
before = one.memory_info().rss
from search.analysis import corrected, query_terms, trade_synonyms
query_terms("焊工 怎么 安全", trade_synonyms()); corrected("悍工"); search.trades.suggest.suggest_occupation("开天车的")
print((one.memory_info().rss - before) / 1e6)
"""


def worker_mb() -> float:
    """Return by how many MB a web worker grows when search and the trade box are asked for the first time."""
    code = MEMORY.format(root=str(ROOT), site=str(ROOT / "site"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


@contextmanager
def engines() -> Iterator[list[SearchEngine]]:
    """Yield the engines there are, each with an index of its own."""
    with tempfile.TemporaryDirectory() as folder:
        found: list[SearchEngine] = [EmbeddedEngine(Path(folder), "bench")]
        if url := os.environ.get("ELASTICSEARCH_URL"):
            from search.engines.elastic import ElasticEngine

            found.append(ElasticEngine(url, f"bench-{os.getpid()}", timeout_s=30))
        try:
            yield found
        finally:
            for target in found:
                target.drop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="relevance and 1,000 documents, nothing judged")
    parser.add_argument("--whole", action="store_true", help="100,000 documents, too")
    parser.add_argument("--worst", action="store_true", help="print the ten worst queries of each engine")
    options = parser.parse_args()
    documents = demo_documents()
    figures: list[Figure] = []
    means: list[float] = []
    with engines() as found:
        for target in found:
            target.rebuild(prepare(document) for document, _slug in documents.values())
            scores = relevance(target, documents)
            means.append(sum(scores.values()) / len(scores))
            figures.append(
                Figure(f"nDCG@10, {len(scores)} queries, {target.name}", means[-1], "", least=GOOD)
            )
            if options.worst:
                for query, score in sorted(scores.items(), key=lambda pair: pair[1])[:WORST]:
                    print(f"{score:.2f} {query}")
        if len(means) > 1:
            figures.append(Figure("nDCG@10, apart", abs(means[0] - means[1]), "", bar=NEAR))
        like = [document for document, _slug in documents.values()]
        sizes = [1_000] if options.smoke else [TENTH, WHOLE] if options.whole else [TENTH]
        for target in found:
            figures += _speed_figures(target, sizes, like)
    figures.append(Figure("growth of a web worker", worker_mb(), "MB", bar=60))
    return report(figures, judges=not options.smoke)


def _speed_figures(target: SearchEngine, sizes: list[int], like: list[SearchDocument]) -> list[Figure]:
    figures: list[Figure] = []
    taken = []
    for size in sizes:
        took = speed(target, size, like)
        taken.append(took)
        of = f"{size:,} documents, {target.name}"
        figures += [
            Figure(f"query p95, {of}", took["query"], "ms", bar=QUERY_MS[target.name]),
            Figure(
                f"suggestion p95, {of}",
                took["suggestion"],
                "ms",
                bar=5.0 if target.name == "embedded" else None,
            ),
            Figure(f"indexing, {of}", took["documents/s"], "/s", least=3_000),
        ]
    if len(taken) > 1:
        growth = taken[1]["query"] / taken[0]["query"]
        figures.append(Figure(f"query, ten times the size, {target.name}", growth, "x", bar=3))
    return figures


if __name__ == "__main__":
    raise SystemExit(main())
