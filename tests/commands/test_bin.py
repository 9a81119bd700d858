"""What the commands in ``bin/`` say when they cannot go on: one sentence, no traceback."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_in_use_is_one_sentence_that_says_what_to_do(taken_port: int) -> None:
    answer = run("bin/demo", "--port", str(taken_port))

    assert answer.returncode == 1
    assert answer.stderr == f"Port {taken_port} is in use: choose another with bin/demo --port N.\n"


@pytest.mark.parametrize("port", ["eight", "0", "65536", "123456"])
def test_a_port_that_is_no_number_is_one_sentence(port: str) -> None:
    answer = run("bin/demo", "--port", port)

    assert (answer.returncode, answer.stderr) == (1, "--port needs a number from 1 to 65535.\n")


@pytest.fixture
def old_python(tmp_path: Path) -> Path:
    """Behaves as a Python 3.8 does: fails the question for its age, tells its version."""
    fake = tmp_path / "python3.8"
    fake.write_text('#!/bin/sh\ncase "$2" in *sys.exit*) exit 1 ;; *python_version*) echo 3.8.20 ;; esac\n')
    fake.chmod(0o755)
    return fake


def test_an_old_python_is_one_sentence_that_names_both_versions(old_python: Path) -> None:
    answer = run(
        "bash",
        "-c",
        "source bin/lib/shell.sh; source bin/lib/python.sh; find_python",
        SKILLSPOWER_PYTHON=str(old_python),
    )

    assert answer.returncode == 1
    assert re.fullmatch(r"Skillspower needs Python 3\.11 or newer, here is 3\.8\.20: [^\n]+\n", answer.stderr)


def test_of_several_pythons_the_first_new_enough_is_taken(old_python: Path) -> None:
    answer = run(
        "bash",
        "-c",
        "source bin/lib/shell.sh; source bin/lib/python.sh; find_python",
        SKILLSPOWER_PYTHON=f"{old_python} {ROOT / '.venv' / 'bin' / 'python'}",
    )

    assert answer.returncode == 0
    assert "python" in answer.stdout


def test_secrets_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    make = "source bin/lib/shell.sh; source bin/lib/python.sh; source bin/lib/environment.sh; make_secrets"
    run("bash", "-c", make, SKILLSPOWER_VAR=str(tmp_path))
    first = (tmp_path / "secrets.env").read_text()
    run("bash", "-c", make, SKILLSPOWER_VAR=str(tmp_path))

    assert (tmp_path / "secrets.env").read_text() == first
    assert {line.partition("=")[0] for line in first.splitlines()} == {
        "SECRET_KEY",
        "FIELD_KEYS",
        "BLIND_INDEX_KEY",
    }
    assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0


def test_what_the_caller_names_wins_over_the_last_start(tmp_path: Path) -> None:
    (tmp_path / "demo.env").write_text("REDIS_URL=redis://last\nSITE_URL=http://last\n")
    tell = (
        "source bin/lib/shell.sh; source bin/lib/environment.sh; "
        'load_file "$VAR/demo.env"; echo "$REDIS_URL $SITE_URL"'
    )
    environment = {"SKILLSPOWER_VAR": str(tmp_path), "REDIS_URL": "redis://mine"}

    assert (
        run("env", "-u", "SITE_URL", "bash", "-c", tell, **environment).stdout == "redis://mine http://last\n"
    )


def test_services_named_by_the_environment_are_taken_as_they_are(tmp_path: Path) -> None:
    named = {
        "DATABASE_URL": "postgres://app@db/x",
        "REDIS_URL": "redis://cache/1",
        "ELASTICSEARCH_URL": "http://es:9200",
        "SKILLSPOWER_VAR": str(tmp_path),
    }
    started = run("env", "-u", "DATABASE_OWNER_URL", "bin/services", "start", **named)
    told = run("env", "-u", "DATABASE_OWNER_URL", "bin/services", "env", **named)

    assert (started.returncode, started.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "export DATABASE_URL=postgres://app@db/x",
        "export DATABASE_OWNER_URL=postgres://app@db/x",
        "export REDIS_URL=redis://cache/1",
        "export ELASTICSEARCH_URL=http://es:9200",
    ]


def test_stopping_where_nothing_was_started_ends_nothing(tmp_path: Path) -> None:
    answer = run("bin/services", "stop", SKILLSPOWER_VAR=str(tmp_path))

    assert (answer.returncode, answer.stderr) == (0, "")
