"""Each benchmark still runs: one short round against a running community, nothing judged."""

import subprocess
import sys

import pytest

from tests.journeys.conftest import ROOT, Community

BENCHMARKS = sorted(
    path.stem for path in (ROOT / "benchmarks").glob("*.py") if path.stem not in {"__init__", "measure"}
)

BOTH = {"beats", "pages"}
"""Also tried on the services profile, against the running product."""


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
