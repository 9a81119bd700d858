"""Instructors who are listed, with their trades and the honours that may be shown."""

from collections.abc import Collection, Iterator

from django.urls import reverse

from instructors import api as instructors
from search.documents import SearchDocument


def groups(ids: Collection[str] | None) -> Iterator[tuple[str, list[SearchDocument]]]:
    """Yield the listed instructors with these uuids, or all."""
    profiles = instructors.listed()
    if ids is not None:
        profiles = profiles.filter(uuid__in=ids)
    for profile in profiles.order_by("pk").iterator(chunk_size=200):
        key = f"instructor:{profile.uuid}"
        card = instructors.card_of(profile)
        trades = profile.shown_trades
        document = SearchDocument(
            key=key,
            type="instructor",
            title=card.name,
            url=reverse("instructors:page", kwargs={"slug": card.slug}),
            names=tuple(
                dict.fromkeys([*(t.occupation.name for t in trades), *(h.name for h in card.honours)])
            ),
            summary=card.quote,
            body="。".join(filter(None, [profile.story, card.employer])),
            occupations=tuple(trade.occupation_id for trade in trades),
            levels=tuple(dict.fromkeys(trade.level_id for trade in trades)),
            instructors=(card.slug,),
            new_ms=int(profile.created_at.timestamp() * 1000),
            card={
                "slug": card.slug,
                "trades": [{"name": t.occupation.name, "level": t.level.label} for t in trades],
                "honours": [honour.name for honour in card.honours[:2]],
            },
        )
        yield key, [document]
