"""Both READMEs say the same: headings, commands and links in the same order, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
OTHER = {"README.en.md", "README.md"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands(text):
    return re.findall(r"^ {4}(\S.*)$", text, flags=re.MULTILINE)


def links(text):
    return [link for link in re.findall(r"\]\(([^)]+)\)", text) if link not in OTHER]


def levels(text):
    return re.findall(r"^(#+) ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("part", [commands, links, levels])
def test_both_languages_have_the_same(part):
    assert part(read("README.md")) == part(read("README.en.md"))


def test_the_first_two_commands_are_the_two_that_matter():
    assert commands(read("README.md"))[:2] == ["bin/demo", "bin/test"]


@pytest.mark.parametrize("name", ["README.md", "README.en.md", "ARCHITECTURE.md", "docs/decisions/README.md"])
def test_every_link_leads_to_a_file(name):
    folder = (ROOT / name).parent
    assert [link for link in links(read(name)) if not (folder / link.partition("#")[0]).exists()] == []
