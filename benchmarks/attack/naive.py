"""
Two bad servers for the self-test, as small WSGI applications that speak the wire format.

``Believer`` stores what the browser sends, as Kolibri adds a ``time_spent_delta`` and Frappe keeps a ``watch_time``.
``Forgetful`` wants its beats in order, soon and in few, and counts whole seconds: what a bad network makes of that is
lost.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from benchmarks.attack.stretches import joined, shared, total, without
from benchmarks.attack.wire import Clock

LONG, OTHER, FAST = (str(uuid4()) for _ in range(3))
SHANGHAI = timezone(timedelta(hours=8))
Json = dict[str, Any]


class Naive:
    """What both have in common: sessions by uuid, entries by learner. Tokens are names."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sessions: dict[str, Json] = {}
        self.entries: dict[str, list[Json]] = {}
        self.covered: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self.parts = {
            lesson: [(str(uuid4()), "text", length), (str(uuid4()), "question", 60_000)]
            for lesson, length in ((LONG, 3_000_000), (OTHER, 600_000), (FAST, 600_000))
        }

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        name = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        words = environ["PATH_INFO"].removeprefix("/api/v1/").strip("/").split("/")
        try:
            body = json.loads(environ["wsgi.input"].read() or b"{}")
            status, answer = self.answer(name, words, body)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
            status, answer = 400, {}
        start_response(f"{status} -", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def answer(self, name: str, words: list[str], body: Json) -> tuple[int, Json]:
        match words:
            case ["me", "records"]:
                return 200, {"records": self.entries.get(name, []), "next": None}
            case ["me", "make-up"]:
                return 200, {"parts": []}
            case ["study", "sessions"]:
                return self.open(name, body)
            case ["study", "licences"]:
                status, answer = self.open(name, body | {"session": body["licence"]})
                until = self.moment(self.clock.now() + 7 * 86_400_000)
                return status, answer | {"token": body["licence"], "valid_until": until}
            case ["study", "uploads"]:
                sitting = self.sessions[body["licence"]]
                refused = self.beats(name, sitting, body.get("beats", []))
                return 200, self.totals(name, sitting) | {"refused": refused}
            case ["study", "sessions", session, call]:
                sitting = self.sessions.get(session)
                if sitting is None:
                    return 404, {}
                refused = self.beats(name, sitting, body.get("beats", [])) if call == "beats" else []
                return 200, self.totals(name, sitting) | {"refused": refused}
        return 404, {}

    def open(self, name: str, body: Json) -> tuple[int, Json]:
        known = self.sessions.get(body["session"])
        sitting = known or {
            "lesson": body["lesson"],
            "opened": self.clock.now(),
            "id": body["session"],
            "seq": 0,
        }
        self.sessions[body["session"]] = sitting
        after = 6_000 if sitting["lesson"] == FAST else 465_000
        return (200 if known else 201), self.totals(name, sitting) | {
            "session": body["session"],
            "server_time": self.moment(sitting["opened"]),
            "parts": [self.part(name, *part) for part in self.parts[sitting["lesson"]]],
            "checks": [{"id": f"{body['session']}-{n}", "after_ms": after} for n in range(12)],
            "max_rate": 1.5,
        }

    def part(self, name: str, uuid: str, kind: str, nominal: int) -> Json:
        covered = shared(self.covered.get((name, uuid), []), [(0, nominal)])
        credited = sum(e["ms"] for e in self.entries.get(name, []) if e["part"] == uuid)
        return {
            "part": uuid, "kind": kind, "nominal_ms": nominal, "covered": covered,
            "to_make_up": without([(0, nominal)], covered), "owed_ms": max(0, total(covered) - credited),
        }  # fmt: skip

    def totals(self, name: str, sitting: Json) -> Json:
        parts = {uuid for uuid, _, _ in self.parts[sitting["lesson"]]}
        credited = sum(e["ms"] for e in self.entries.get(name, []) if e["part"] in parts)
        return {"credited_seconds": credited // 1_000, "pending_seconds": 0, "refused": [], "presence": None}

    def beats(self, name: str, sitting: Json, beats: list[Json]) -> list[Json]:
        raise NotImplementedError

    def credit(self, name: str, sitting: Json, beat: Json, ms: int) -> None:
        start = sitting["opened"] + beat["t"][0]
        moment = self.moment(start)
        entry = {
            "session": sitting["id"], "part": beat["part"], "ms": ms, "day": moment[:10], "t_from": moment,
            "t_to": self.moment(start + max(ms, beat["t"][1] - beat["t"][0])),
        }  # fmt: skip
        self.entries.setdefault(name, []).append(entry)
        known = self.covered.get((name, beat["part"]), [])
        self.covered[name, beat["part"]] = joined([*known, *map(tuple, beat["ranges"])])

    def moment(self, ms: int) -> str:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
        return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


class Believer(Naive):
    """Adds up whatever is claimed."""

    def beats(self, name: str, sitting: Json, beats: list[Json]) -> list[Json]:
        for beat in beats:
            self.credit(name, sitting, beat, sum(b - a for a, b in beat["ranges"]))
        return []


class Forgetful(Naive):
    """Credits nobody too much, and loses what is late, out of order, in a large batch or less than a second."""

    def open(self, name: str, body: Json) -> tuple[int, Json]:
        for sitting in self.sessions.values():
            sitting["is_over"] = sitting["id"] != body["session"]
        return super().open(name, body)

    def beats(self, name: str, sitting: Json, beats: list[Json]) -> list[Json]:
        now = self.clock.now() - sitting["opened"]
        for beat in beats[:20]:
            is_late = beat["t"][1] < now - 10_000 or beat["t"][1] > now or sitting.get("is_over")
            if beat["seq"] <= sitting["seq"] or is_late:
                continue
            sitting["seq"] = beat["seq"]
            first = beat["ranges"][0][0]
            ms = min(beat["t"][1] - beat["t"][0], sum(b - a for a, b in beat["ranges"])) // 1_000 * 1_000
            if ms and not shared(self.covered.get((name, beat["part"]), []), [(first, first + ms)]):
                self.credit(name, sitting, beat | {"ranges": [[first, first + ms]]}, ms)
        return []
