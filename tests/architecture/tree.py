"""The repository as tests of the architecture see it: its files, its apps, its layers."""

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "reports",
    "search",
    "programmes",
    "courses",
    "instructors",
    "records",
    "unions",
    "media",
    "occupations",
    "accounts",
    "core",
)


@cache
def tracked() -> tuple[Path, ...]:
    """All files that git knows or would take, and that still exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(path for name in sorted(set(listed.split("\0")) - {""}) if (path := ROOT / name).is_file())


@cache
def with_suffix(*suffixes: str) -> tuple[Path, ...]:
    return tuple(path for path in tracked() if path.suffix in suffixes)


def ours(path: Path) -> bool:
    """Whether a file is the product's code: neither a test nor a tool."""
    return path.relative_to(ROOT).parts[0] in {*APPS, "site"}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def rank_of_app() -> dict[str, int]:
    """Each app's row in the layers of pyproject.toml, 0 at the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["name"] == "Apps import downwards only")["layers"]
    return {app.strip(): row for row, names in enumerate(layers) for app in names.split("|")}
