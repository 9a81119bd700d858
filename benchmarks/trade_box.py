"""
How often the trade box is right, by cross-validation over the known titles, and how long a question takes.

Run: ``python benchmarks/trade_box.py [--smoke]``. A title is never asked of a model that has seen it.
"""

import argparse
import csv
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from search.analysis import trade_synonyms  # noqa: E402
from search.trades.model import OccupationRow, TradeModel  # noqa: E402

FOLDS = 10
GOAL_FIRST, GOAL_FIVE, GOAL_MS = 62.0, 86.0, 20.0


def rows() -> list[OccupationRow]:
    with (ROOT / "occupations/data/occupations.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            OccupationRow(
                r["code"],
                r["name"],
                tuple(a for a in r["aliases"].split("|") if a),
                r["definition"],
                f"{r['minor_name']} {r['mid_name']}",
            )
            for r in csv.DictReader(file)
        ]


def titles() -> list[tuple[str, str]]:
    with (ROOT / "search/trades/data/job_titles.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(r["job_title"], r["expected_code"]) for r in csv.DictReader(file)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one fold, no bars")
    parser.add_argument("--misses", action="store_true", help="print the titles that are not among the five")
    options = parser.parse_args()
    occupations, known = rows(), titles()
    random.Random(1).shuffle(known)
    first = five = asked = 0
    slowest: list[float] = []
    for fold in range(1 if options.smoke else FOLDS):
        held = known[fold::FOLDS]
        outside = set(held)
        model = TradeModel(occupations, trade_synonyms(), [pair for pair in known if pair not in outside])
        for title, code in held:
            started = time.perf_counter()
            guesses = [guess.code for guess in model.suggest(title)]
            slowest.append((time.perf_counter() - started) * 1000)
            asked += 1
            first += guesses[:1] == [code]
            five += code in guesses
            if options.misses and code not in guesses:
                print(title, code, guesses)
    slowest.sort()
    print(f"trade box: {asked} titles, {100 * first / asked:.1f} % first (goal {GOAL_FIRST})")
    print(f"trade box: {100 * five / asked:.1f} % within five (goal {GOAL_FIVE})")
    p95 = slowest[int(len(slowest) * 0.95)]
    print(f"trade box: p50 {slowest[len(slowest) // 2]:.1f} ms, p95 {p95:.1f} ms (goal {GOAL_MS})")


if __name__ == "__main__":
    main()
