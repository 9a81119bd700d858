"""
Every route of the site and every role: who gets what was asked for, who is sent to sign-in, who gets 403 or 404.

What is allowed and done is told elsewhere; here an allowed request may be refused for what it says (422), never for who
says it. No answer is 500.
"""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import ERROR
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver
from pytest_django import DjangoDbBlocker

from tests.architecture.test_site import routes
from tests.permissions.addresses import address_of, fill
from tests.permissions.rules import FORBIDDEN, HIDDEN, PASSES, SIGN_IN, Rule
from tests.permissions.table import LIBRARIES, TABLE
from tests.permissions.visitors import PEOPLE, VISITORS
from tests.permissions.world import World

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("permissions")]

CMS_DOOR = "/cms/login/"
DOORS = ("/accounts/login/", CMS_DOOR, "/_util/login/")
ONE_OFFICER = "training+"
ONE_OF_EACH_SORT = ("nobody", "worker", "author", "system_admin", "operator", ONE_OFFICER)
"""Who asks for what is public."""
TURNED_AWAY = ("nobody", "worker", ONE_OFFICER, "system_admin")
HOW = """
Every route needs a line in TABLE of tests/permissions/table.py, for example
    "{route}": SIGNED_IN,
(or PUBLIC, officer("training"), officer("membership", write=True), OWNER …; its head says more)."""


class Everybody:
    """The world, and a browser for each visitor. Whatever a request does is taken back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = {name: Client(raise_request_exception=False) for name in VISITORS}
        for name, client in self.clients.items():
            if (user := world.people[name]) is not None:
                client.force_login(user)

    def ask(self, visitor: str, method: str, address: str, body: str = "") -> str:
        client = self.clients[visitor]
        kept = client.cookies.copy()
        sent = {"data": body, "content_type": "application/json"} if body and method != "get" else {}
        with transaction.atomic():
            response = getattr(client, method)(address, **sent)
            transaction.set_rollback(True)
        client.cookies = kept
        return what_was_answered(response, is_signed_in=visitor != "nobody")


def what_was_answered(response: Any, *, is_signed_in: bool) -> str:
    if response.status_code >= 500 and response.status_code != 503:
        return f"{response.status_code}: {getattr(response, 'exc_info', ('', ''))[1]!r}"
    if response.status_code in {301, 302}:
        path = urlsplit(response["Location"]).path
        if path == CMS_DOOR and is_signed_in:
            return FORBIDDEN  # which is what that door says to them, see its row
        if path in DOORS:
            return SIGN_IN
        # Wagtail sends whoever may not do something to its first page, with a message.
        waiting = getattr(getattr(response.wsgi_request, "_messages", None), "_queued_messages", ())
        return FORBIDDEN if path == "/cms/" and any(m.level == ERROR for m in waiting) else PASSES
    return {401: SIGN_IN, 403: FORBIDDEN, 404: HIDDEN, 405: "no such method"}.get(
        response.status_code, PASSES
    )


@pytest.fixture(scope="module")
def everybody(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Everybody]:
    uploads = tmp_path_factory.mktemp("uploads")
    # Three thousand requests that are refused: writing a line about each takes longer than refusing.
    logging.disable(logging.CRITICAL)
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=uploads), transaction.atomic():
        yield Everybody(World(uploads))
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def who_is_asked(rule: Rule) -> tuple[str, ...]:
    if rule.concerns_unions:
        return VISITORS
    return ONE_OF_EACH_SORT if rule.passes is None else (*PEOPLE, ONE_OFFICER)


def told(wrong: dict[str, str]) -> str:
    return "\n".join(f"{request}: {answer}" for request, answer in wrong.items())


def all_routes() -> list[str]:
    return list(dict.fromkeys(route for route, _ in routes(get_resolver())))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known = all_routes()

    forgotten = [r for r in known if r not in TABLE and not r.startswith(tuple(LIBRARIES))]
    assert not forgotten, HOW.format(route=forgotten[0]) + f"\nMissing: {forgotten}"
    assert not set(TABLE) - set(known), (
        "rows of TABLE (tests/permissions/table.py) that are no route any more"
    )


@pytest.mark.parametrize("route", TABLE)
def test_route_is_for_whom_the_table_says(everybody: Everybody, route: str) -> None:
    rules = TABLE[route]
    wrong: dict[str, str] = {}
    for rule in rules if isinstance(rules, tuple) else (rules,):
        address = address_of(route, rule, everybody.world.things)
        asked = who_is_asked(rule)
        met = set()
        for method in rule.methods:
            for visitor in asked:
                answer = everybody.ask(visitor, method, address, rule.body if "/api/" in address else "")
                if answer == "no such method":
                    continue
                met.add(answer)
                if answer != rule.expected(visitor):
                    wrong[f"{method} {address} as {visitor}"] = f"{answer}, not: {rule.expected(visitor)}"
        assert met, f"{address} answers none of {rule.methods}: name its methods, rule.by('put')"
    assert not wrong, told(wrong)


def test_pages_of_libraries_turn_away_whom_they_do_not_concern(everybody: Everybody) -> None:
    wrong: dict[str, str] = {}
    asked = 0
    for route in all_routes():
        if route in TABLE:
            continue
        rule = LIBRARIES[max((p for p in LIBRARIES if route.startswith(p)), key=len)]
        address = fill(route, lambda name, kind: 1 if kind == "int" else "x")
        for visitor in TURNED_AWAY:
            answer = everybody.ask(visitor, "get", address)
            expected = rule.expected(visitor)
            asked += 1
            # Of a thing that is not there a public page says so.
            if answer != expected and not (expected == PASSES and answer == HIDDEN):
                wrong[f"{address} as {visitor}"] = f"{answer}, not: {expected}"
    assert not wrong, told(wrong)
    assert asked > 800
