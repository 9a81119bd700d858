"""``var/demo.json`` has the shape that ``docs/api-cli.md`` promises to whoever drives the demo from outside."""

import json

import pytest

from tests.commands.api_cli import differences, sections
from tests.journeys.conftest import Community

pytestmark = pytest.mark.journey


def test_demo_json_has_the_shape_of_the_example(community: Community) -> None:
    [example] = sections()["var/demo.json"].examples

    assert differences(community.demo, example) == []
    assert len(community.demo["workers"]) == 60
    assert len(community.demo["lessons"]) >= 2


def test_commands_answer_in_the_demo_with_one_document_alone(community: Community) -> None:
    """Here a command is a process of its own, with the settings of production."""
    # Starting one costs seconds, and what differs from tests/commands is the same for all of them.
    officer = community.demo["officer"]
    for arguments in (["verify_audit"], ["union_study", "--union", officer["union_code"]]):
        json.loads(community.manage(*arguments, "--json"))
