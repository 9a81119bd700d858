"""From a route of the URLconf to an address that can be asked for."""

import re
from collections.abc import Callable
from typing import Any

from tests.permissions.rules import Rule

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")


def fill(route: str, value_of: Callable[[str, str], Any]) -> str:
    """Return the address of a route; ``value_of(name, kind)`` answers its arguments."""
    plain = _GROUP.sub(lambda found: str(value_of(found[1], "str")), route)
    if "(" in plain:
        # A library's route by regular expression: anything below its prefix.
        return "/" + plain.partition("^")[0] + str(value_of("path", "path"))
    plain = re.sub(r"[\^$\\]", "", plain)
    return "/" + _ARGUMENT.sub(lambda found: str(value_of(found[2], found[1] or "str")), plain)


def address_of(route: str, rule: Rule, things: dict[str, Any]) -> str:
    """
    Return the address of a route with the things of the world, or what its rule says instead.

    :raises AssertionError: if neither names an argument.
    """
    own = {name: things.get(value, value) for name, value in rule.arguments}

    def value_of(name: str, kind: str) -> Any:
        assert name in own or name in things, (
            f"{route}: put {name!r} into the world (tests/permissions/world.py) or say rule.at({name}=…)"
        )
        return own.get(name, things.get(name))

    return fill(route, value_of)
