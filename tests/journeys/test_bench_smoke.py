"""Each benchmark still runs: one short round against a running community, nothing judged."""

import subprocess
import sys

import pytest

from tests.journeys.conftest import ROOT, Community

# tests/search tries trade_box, which needs no community.
BENCHMARKS = sorted(
    path.stem
    for path in (ROOT / "benchmarks").glob("*.py")
    if path.stem not in {"__init__", "measure", "trade_box"}
)

BOTH = {"beats"}
"""Also tried on the services profile: it counts the work of both, web processes and database."""


@pytest.mark.journey
@pytest.mark.parametrize(
    "name",
    # Of the others nothing depends on the profile but their figures, which are asked by hand.
    [name if name in BOTH else pytest.param(name, marks=pytest.mark.embedded) for name in BENCHMARKS],
)
def test_benchmark_runs_and_prints_its_figures(name: str, community: Community) -> None:
    answer = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--smoke"],
        env=community.environment,
        capture_output=True,
        text=True,
        timeout=180,
    )

    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.strip()
