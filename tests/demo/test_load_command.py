"""What ``load_demo`` does where it finds something: killed half-way, finished, or another database than before."""

from pathlib import Path

import pytest
from django.core.management import call_command

from skillspower.demo import load


@pytest.mark.parametrize(
    ("rows_are_there", "is_described", "done"),
    [
        (False, False, ["load", "finish"]),
        (True, False, ["finish"]),  # killed while figures or index were made
        (True, True, []),
        (False, True, ["load", "finish"]),  # the file tells of the database before
    ],
)
def test_goes_on_where_it_was_killed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings,
    rows_are_there: bool,
    is_described: bool,
    done: list[str],
) -> None:
    settings.VAR_DIR = tmp_path
    called: list[str] = []
    monkeypatch.setattr(load, "is_loaded", lambda: rows_are_there)
    monkeypatch.setattr(load, "load", lambda **given: called.append("load"))
    monkeypatch.setattr(load, "finish", lambda **given: called.append("finish"))
    monkeypatch.setattr(load, "describe", lambda: {"workers": []})
    if is_described:
        (tmp_path / "demo.json").write_text("{}")

    call_command("load_demo")

    assert called == done
    assert '"workers"' in (tmp_path / "demo.json").read_text()
