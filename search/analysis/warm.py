"""Load every dictionary now: for a worker before it forks, and for measurements."""

from search.analysis.normal import to_simplified
from search.analysis.pinyin import syllables
from search.analysis.segment import cut
from search.analysis.synonyms import trade_synonyms


def warm() -> None:
    """Load the dictionaries, which otherwise happens at the first search (about half a second; the readings alone are 57 MB)."""
    to_simplified("焊")
    cut("焊工")
    syllables("焊工")
    trade_synonyms()
