"""Every template compiles, every address has a policy, every setting that must be secret has no default."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

from core.policies import policy_of
from tests.architecture.tree import ROOT, named, ours, with_suffix

pytestmark = pytest.mark.once

TEMPLATES = [path for path in with_suffix(".html", ".txt") if ours(path) and "templates" in path.parts]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text(encoding="utf-8"))


def routes(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def test_every_route_has_a_policy() -> None:
    assert [route for route, view in routes(get_resolver()) if policy_of(route, view) is None] == []


def test_routes_are_really_walked() -> None:
    walked = [route for route, _ in routes(get_resolver())]

    assert "health/ready" in walked
    assert len(walked) > 100


def start_production(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "site/manage.py", "check"],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "skillspower.settings.production", **environment},
        capture_output=True,
        text=True,
    )


def test_production_names_all_missing_secrets_in_one_message() -> None:
    answer = start_production(SECRET_KEY="x" * 60)

    assert answer.returncode != 0
    assert "Missing settings: FIELD_KEYS, BLIND_INDEX_KEY" in answer.stderr
