"""Rules of the house that a reader would otherwise have to remember."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, named, ours, parsed, tracked, with_suffix

pytestmark = pytest.mark.once

LONGEST = 520  # 500, and what the formatter may add to them
LONGEST_STYLES = 600
"""Declarations stand one a line: a family of components takes more lines than its meaning."""
WRITTEN_BY_HAND = (".py", ".html", ".js", ".css", ".sh", ".java", ".txt")
GENERATED = {"requirements.txt", "requirements-dev.txt", "bin/lib/requirements-node.txt"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]")
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
BAD_NAMES = {"utils.py", "helpers.py", "util.py", "helper.py", "misc.py"}


def test_files_are_short_enough_to_read() -> None:
    long = {
        named(path): lines
        for path in with_suffix(*WRITTEN_BY_HAND)
        if named(path) not in GENERATED
        and "migrations" not in path.parts
        and "data" not in path.parts
        and "content" not in path.parts
        and (lines := path.read_text(encoding="utf-8").count("\n"))
        > (LONGEST_STYLES if path.suffix == ".css" else LONGEST)
    }

    assert long == {}


def test_no_path_of_somebodys_machine_is_written_down() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{named(path)}: {match.group()}" for match in MACHINE_PATH.finditer(text)]

    assert found == []


def test_no_file_is_named_for_having_no_subject() -> None:
    assert [named(path) for path in tracked() if path.name in BAD_NAMES] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in with_suffix(".py") if path.relative_to(ROOT).parts[0] == "tests"}

    assert [named(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_sentences_to_translate_are_plain_strings() -> None:
    """An f-string is put together before gettext sees it, so its sentence is never found in a catalogue."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in with_suffix(".py")
        if ours(path)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in GETTEXT
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]

    assert found == []


TEMPLATES = [path for path in with_suffix(".html") if ours(path)]
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*="),
    "a javascript: address": re.compile(r"[\"']javascript:"),
    "a script without nonce": re.compile(
        r"<script(?![^>]*(?:\bsrc=|nonce=|type=\"(?:application/(?:ld\+)?json|importmap)\"))"
    ),
    "a style element without nonce": re.compile(r"<style(?![^>]*nonce=)"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_hold_nothing_that_the_content_policy_would_block(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    "path", [p for p in tracked() if p.parent in (ROOT / "bin", ROOT / ".ci") or p.suffix == ".sh"], ids=named
)
def test_shell_scripts_parse(path: Path) -> None:
    subprocess.run(["bash", "-n", str(path)], check=True)


@pytest.mark.parametrize("path", [p for p in tracked() if p.parent == ROOT / "bin"], ids=named)
def test_commands_say_in_their_first_lines_what_they_do_and_may_be_run(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines[0].startswith("#!/usr/bin/env ")
    assert lines[1].startswith("# ")
    assert path.stat().st_mode & 0o111
