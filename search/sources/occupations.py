"""Occupations that are valid today, with their aliases and definition."""

from collections.abc import Collection, Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from occupations.api import occupations_on
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
            names=tuple(alias for alias in occupation.aliases.splitlines() if alias),
            summary=occupation.definition,
            body=occupation.group.name,
            occupations=(occupation.code,),
            card={"code": occupation.code, "group": occupation.group.name},
        )
        yield key, [document]
