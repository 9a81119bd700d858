"""
Attack a running server and say what came of it, a line a case.

    bin/attack [URL] [--demo PATH] [--quick] [--workers N] [--self-test]

Two numbers decide: what was credited against an invariant of docs/study-hours.md (forged), and what honest players
played that is neither credited nor pending nor still to be earned (lost). Exit 1 unless both are 0.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.attack.run import Report, attack
from benchmarks.attack.self_test import self_test

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/attack", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "url", nargs="?", default="", help="the server; default: the one that demo.json names"
    )
    parser.add_argument(
        "--demo",
        type=Path,
        default=ROOT / "var" / "demo.json",
        help="who may sign in there, and what to study",
    )
    parser.add_argument("--quick", action="store_true", help="the cases that take seconds: 40 s in all")
    parser.add_argument(
        "--workers", type=int, default=0, help="pass over so many workers from the end of the list"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="attack two bad servers in this process: are they found out?"
    )
    options = parser.parse_args()
    if options.self_test:
        return self_test(print)
    started = time.monotonic()
    report: Report = attack(
        options.url, options.demo, is_quick=options.quick, skip=options.workers, say=print
    )
    print(f"{report.summary()}   ({time.monotonic() - started:.0f} s)")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
