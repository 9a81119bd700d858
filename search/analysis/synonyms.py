"""
Other words for the same trade, as data: ``天车工,行车工 => 起重装卸机械操作工``, one mapping a line.

They widen a query, never the index, so a changed list is in force at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from search.analysis.lazy import Once
from search.analysis.normal import normalize
from search.analysis.segment import DATA


@dataclass(frozen=True, slots=True)
class Synonyms:
    """``targets``: what a word also means. ``sources``: what people say for an official name."""

    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, word: str) -> tuple[str, ...]:
        """
        Return the official names for ``word``.

        Never the other way round: who types the official name means it, and 焊接工 also stands in 焊接工程.
        """
        return self.targets.get(word, ())

    def extended(self, pairs: Iterable[tuple[str, str]]) -> "Synonyms":
        """
        Return these and more, as (word, official name).

        >>> Synonyms().extended([("烧焊的", "焊工")]).of("烧焊的")
        ('焊工',)
        """
        targets, sources = dict(self.targets), dict(self.sources)
        for word, target in pairs:
            word, target = normalize(word), normalize(target)
            if word != target and target not in targets.get(word, ()):
                targets[word] = (*targets.get(word, ()), target)
                sources[target] = (*sources.get(target, ()), word)
        return Synonyms(targets, sources)


NONE = Synonyms()


def parse_synonyms(lines: Iterable[str]) -> Synonyms:
    """
    Read mappings in the ``a,b => c`` format of Solr and Elasticsearch.

    >>> parse_synonyms(["天车工,行车工 => 起重装卸机械操作工"]).of("行车工")
    ('起重装卸机械操作工',)

    :raises ValueError: if a line is neither a comment nor a mapping, with its number.
    """
    targets: dict[str, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        left, arrow, right = line.partition("=>")
        target = normalize(right).strip()
        words = [normalize(word).strip() for word in left.split(",")]
        if not arrow or not target or not all(words):
            raise ValueError(f"line {number}: expected 'a,b => c', got {line!r}")
        for word in words:
            if word == target:
                continue
            targets.setdefault(word, []).append(target)
            sources.setdefault(target, []).append(word)
    return Synonyms(
        {word: tuple(values) for word, values in targets.items()},
        {word: tuple(values) for word, values in sources.items()},
    )


trade_synonyms = Once(
    lambda: parse_synonyms((DATA / "trade_synonyms.txt").read_text(encoding="utf-8").splitlines())
)
