"""The words of the table: who passes, and what the others are answered."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

SIGN_IN, FORBIDDEN, HIDDEN, PASSES = "sign-in", "forbidden (403)", "hidden (404)", "passes"
METHODS = ("get", "post")


@dataclass(frozen=True)
class Rule:
    """
    ``passes``: visitors who get what they ask for; None: everybody. ``others``: what other signed-in people are
    answered; ``nobody``: what somebody gets who is not signed in. ``concerns_unions``: each officer is asked, not one.
    ``body``: what is sent to the API.
    """

    name: str
    passes: frozenset[str] | None = None
    others: str = FORBIDDEN
    nobody: str = SIGN_IN
    concerns_unions: bool = False
    methods: tuple[str, ...] = METHODS
    arguments: tuple[tuple[str, Any], ...] = ()
    body: str = "{}"

    def expected(self, visitor: str) -> str:
        if self.passes is None or visitor in self.passes:
            return PASSES
        return self.nobody if visitor == "nobody" else self.others

    def by(self, *methods: str) -> "Rule":
        """Return the rule for these methods of a route only; its other methods need a rule of their own."""
        return replace(self, methods=methods)

    def at(self, **arguments: Any) -> "Rule":
        """Return the rule for certain arguments of the route: names in the world, or values."""
        return replace(self, arguments=tuple(arguments.items()))

    def saying(self, **body: Any) -> "Rule":
        """Return the rule for a request to the API that says this."""
        return replace(self, body=json.dumps(body))


def only(name: str, passes: Iterable[str], **more: Any) -> Rule:
    return Rule(name, frozenset(passes), **more)
