"""A worker of ``benchmarks.attack`` in front of the product in this process, with a clock that the test moves."""

import json

from django.test import Client

from accounts.api import issue_token
from benchmarks.attack.wire import API
from tests.factories.people import make_user
from tests.records.conftest import DatabaseClock


class ClientLine:
    """Straight into the product, as a client with a bearer token."""

    can_hurry = False

    def __init__(self) -> None:
        self.user = make_user()
        self.token = issue_token(user=self.user, scopes=["study", "read"])
        self.client = Client()

    def call(self, method, path, body=None, **headers):
        sent = {"Authorization": f"Bearer {self.token}"} | headers
        if method == "GET":
            answer = self.client.get(API + path, headers=sent)
        else:
            content = body if isinstance(body, bytes) else json.dumps(body)
            answer = self.client.post(API + path, content, content_type="application/json", headers=sent)
        return answer.status_code, json.loads(answer.content or b"null")

    def lose(self, path, body):
        self.call("POST", path, body)


class MovedClock:
    def __init__(self, clock: DatabaseClock) -> None:
        self.clock = clock

    def now(self) -> int:
        return self.clock.now

    def sleep(self, ms: int) -> None:
        self.clock.forward(max(0, ms))
