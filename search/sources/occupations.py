"""Occupations that are valid today, with their aliases and definition."""

from collections.abc import Collection, Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from occupations.api import occupations_on
from search.analysis import normalize, trade_synonyms
from search.documents import SearchDocument


def groups(ids: Collection[str] | None) -> Iterator[tuple[str, list[SearchDocument]]]:
    """Yield the occupations with these codes, or all."""
    found = occupations_on(timezone.localdate()).select_related("group")
    if ids is not None:
        found = found.filter(code__in=ids)
    for occupation in found.iterator(chunk_size=500):
        key = f"occupation:{occupation.code}"
        document = SearchDocument(
            key=key,
            type="occupation",
            title=occupation.name,
            # Its courses: an occupation has no page of its own yet.
            url=f"{reverse('search:catalogue')}?{urlencode({'occupation': occupation.code})}",
            called=_names(occupation.name, occupation.aliases),
            summary=occupation.definition,
            body=occupation.group.name,
            occupations=(occupation.code,),
            card={"code": occupation.code, "group": occupation.group.name},
        )
        yield key, [document]


def _names(name: str, aliases: str) -> tuple[str, ...]:
    """
    Return the other names of an occupation. Synonyms widen every query anyway; here they are for their pinyin.

    >>> _names("焊工", "氩弧焊工")[:2]
    ('氩弧焊工', '电焊工')
    """
    written = [alias for alias in aliases.splitlines() if alias]
    return tuple(dict.fromkeys([*written, *trade_synonyms().sources.get(normalize(name), ())]))
