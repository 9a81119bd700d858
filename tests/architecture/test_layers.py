"""What import-linter cannot see: foreign keys by string, the clock inside rules, the trap of a folder called site."""

import ast
import importlib
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field

from tests.architecture.tree import APPS, ROOT, named, parsed, rank_of_app, with_suffix

pytestmark = pytest.mark.once

RULES = [
    path
    for path in with_suffix(".py")
    if path.relative_to(ROOT).parts[0] in APPS
    and "rules" in {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
]
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "time", "time_ns", "monotonic"}
NOT_PLAIN = {"django", "wagtail", "celery", "ninja", "psycopg", "structlog"}


def relations() -> list[tuple[str, str, str]]:
    """(field, its app, the app it points to), for every relation of a model of ours to a model of ours."""
    found = []
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if isinstance(field, Field) and not isinstance(target, str | None):
                    found.append((str(field), app, target._meta.app_label))
    return found


def test_relations_point_to_the_same_app_or_down() -> None:
    rank = rank_of_app()
    upwards = [
        f"{field} -> {target}"
        for field, app, target in relations()
        if target in rank and target != app and rank[target] <= rank[app]
    ]

    assert upwards == []


def test_relations_are_really_looked_at() -> None:
    assert len(relations()) > 20


def test_every_app_of_ours_has_a_layer() -> None:
    assert set(rank_of_app()) == {*APPS, "skillspower"}


@pytest.mark.parametrize("app", [*APPS, "skillspower"])
def test_the_package_imported_is_ours(app: str) -> None:
    folder = ROOT / "site" if app == "skillspower" else ROOT

    assert Path(importlib.import_module(app).__file__ or "").is_relative_to(folder / app)


def test_site_is_a_plain_folder_beside_the_module_of_that_name() -> None:
    import site

    assert not (ROOT / "site" / "__init__.py").exists()
    assert hasattr(site, "getsitepackages")


@pytest.mark.parametrize("folder", ["site", "media", "search", "records"])
def test_git_does_not_hide_our_code(folder: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", folder], cwd=ROOT).returncode == 1


@pytest.mark.parametrize("path", RULES, ids=named)
def test_rules_do_not_look_at_the_clock(path: Path) -> None:
    looks = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]

    assert looks == []


@pytest.mark.parametrize("path", RULES, ids=named)
def test_rules_are_plain_python(path: Path) -> None:
    imported = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])

    assert imported & NOT_PLAIN == set()


def test_there_are_rules() -> None:
    assert len(RULES) >= 4
