"""Under which uuids a person has studied."""

from uuid import UUID

from accounts.api import Person


def own_chains(person: Person) -> set[UUID]:
    """Return the uuids under which a person has studied: merged duplicates keep their chains."""
    return {person.uuid, *person.aliases.values_list("alias", flat=True)}
