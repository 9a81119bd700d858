"""
How long a newcomer waits: from a clone to the first page, and again at the second start.

    bin/bench cold_start [--smoke]

Works in a clone of its own in a temporary folder, with the package caches as they are. Goals on two quiet cores with uv
and a warm cache: 60 s and 8 s. Wall-clock time is told, not judged: it depends on what else the machine does.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

import requests
from measure import ROOT, Figure, report, seconds_since

PORT = 8766
OF_THIS_DEMO = {
    *(
        "SKILLSPOWER_VAR",
        "PYTHONPATH",
        "DJANGO_SETTINGS_MODULE",
        "SECRET_KEY",
        "FIELD_KEYS",
        "BLIND_INDEX_KEY",
    ),
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ELASTICSEARCH_URL", "SEARCH_INDEX_PREFIX"),
    *("SITE_URL", "ALLOWED_HOSTS", "DEMO_MODE", "STARTED_AT"),
}
"""The clone is a newcomer's: it knows nothing of the demo that may run here."""


def first_page_after(clone: Path) -> float:
    """Start the demo in a clone and return the seconds until its first page was answered."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in ("SKILLSPOWER_VAR", "PYTHONPATH", "DJANGO_SETTINGS_MODULE")
    }
    kept = {name: value for name, value in os.environ.items() if name not in OF_THIS_DEMO}
    started = time.monotonic()
    process = subprocess.Popen(
        [str(clone / "bin" / "demo"), "--port", str(PORT)], stdout=subprocess.PIPE, text=True, env=kept
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "http://" in line:
                requests.get(f"http://127.0.0.1:{PORT}/", timeout=30).raise_for_status()
                return seconds_since(started)
        raise RuntimeError("bin/demo did not start")
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="only says that it would run")
    if parser.parse_args().smoke:
        report([Figure("cold start: not measured in a smoke test", 0, "s")], judges=False)
        return
    with tempfile.TemporaryDirectory(prefix="skillspower-clone-") as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first = first_page_after(clone)
        second = min(first_page_after(clone) for _ in range(3))
    report(
        [Figure("clone to first page", first, "s"), Figure("second start to first page", second, "s")],
        judges=False,
    )


if __name__ == "__main__":
    main()
