"""
Words that were looked up once are known.

The source language has no catalogue of its own, so each of its words was looked for in the catalogues of all apps, one
after the other, before it stood for itself: 15 µs, a hundred times a page.
"""

from functools import wraps

from django.utils.translation.trans_real import DjangoTranslation

MOST = 10_000
"""So many words are known of a language before it starts again: the product has a third of it."""


def remember_words() -> None:
    """Let each language keep what it answered, for as long as its catalogue is the same (Django then makes another)."""
    look_up = DjangoTranslation.gettext
    if hasattr(look_up, "__wrapped__"):
        return

    @wraps(look_up)
    def gettext(self: DjangoTranslation, message: str) -> str:
        known: dict[str, str] = self.__dict__.setdefault("_known_words", {})
        found = known.get(message)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[message] = look_up(self, message)
        return found

    setattr(DjangoTranslation, "gettext", gettext)  # noqa: B010  # a method is not assigned to by name
