"""What a person says about themselves."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import Person, User
from accounts.rules import display_name_of


@transaction.atomic
def set_name(*, person: Person, name: str) -> Person:
    """Set a person's real name, and what others see where nothing was chosen."""
    if not person.display_name or person.display_name == display_name_of(person.name):
        person.display_name = display_name_of(name)
    person.name = name.strip()
    person.save(update_fields=["name", "name_index", "display_name"])
    return person


@transaction.atomic
def set_display_name(*, person: Person, display_name: str) -> Person:
    """Set what others see; empty: 工友."""
    person.display_name = display_name.strip()
    person.save(update_fields=["display_name"])
    return person


@transaction.atomic
def set_trade(*, person: Person, occupation_code: str, level_rank: int | None) -> Person:
    """Set a person's occupation (a code that the caller has looked up; empty: none) and level (None: not known)."""
    person.occupation_code, person.level_rank = occupation_code, level_rank
    person.save(update_fields=["occupation_code", "level_rank"])
    return person


@transaction.atomic
def set_look(*, user: User, choices: Mapping[str, str]) -> User:
    """Keep how somebody wants the pages; ``choices`` are values of :mod:`core.look`, what is left out stays as it is."""
    user.theme = choices.get("theme", user.theme)
    user.text_size = choices.get("size", user.text_size)
    user.save(update_fields=["theme", "text_size"])
    return user
