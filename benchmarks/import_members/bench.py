"""
Bringing a roll in by its command, from file to members: time, memory, and a second time, when nothing is new.

On PostgreSQL a tenth and the whole of a million lines, as CSV and as XLSX; on SQLite a hundredth.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")

import django  # noqa: E402

django.setup()

import psutil  # noqa: E402
from django.conf import settings  # noqa: E402
from openpyxl import Workbook  # noqa: E402

from benchmarks.measure import Figure, report  # noqa: E402
from benchmarks.worlds.database import own_database  # noqa: E402
from core.db import is_postgres  # noqa: E402
from unions import operations  # noqa: E402

WHOLE = 1_000_000
UNITS = 200
HEADS = ["姓名", "手机号", "身份证号", "技能等级", "农民工", "车间班组代码", "入会日期"]
SURNAMES, GIVEN = "李王张刘陈杨赵黄周吴", "海生秀兰建国玉梅志强桂芬大勇静"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def lines(count: int) -> Iterator[list[str]]:
    """Yield so many invented members: no two with the same number."""
    for n in range(count):
        born = date(1960, 1, 1) + timedelta(days=n % 16_000)
        digits = f"110101{born:%Y%m%d}{n // 16_000 % 1000:03d}"
        check = "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11]
        name = SURNAMES[n % 10] + GIVEN[n // 10 % 15] + GIVEN[n // 150 % 15]
        since = date(2015, 1, 1) + timedelta(days=n % 900)
        yield [
            name, f"1{30_000_000_00 + n:010d}", digits + check, "四级/中级工", "是" if n % 3 else "否",
            f"BENCH-{n % UNITS}", f"{since:%Y-%m-%d}",
        ]  # fmt: skip


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows(lines(count))


def write_xlsx(path: Path, count: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    sheet.append(HEADS)
    for line in lines(count):
        sheet.append(line)
    book.save(path)


def make_tree() -> None:
    operations.load_kinds()
    top = operations.open_union(code="BENCH", name="全国总工会", kind="NAT", parent=None, on=date(2000, 1, 1))
    above = top
    for code, kind in (("P", "PROV"), ("C", "CITY"), ("X", "COUNTY")):
        above = operations.open_union(
            code=f"BENCH-{code}", name=f"示例{code}", kind=kind, parent=above, on=date(2000, 1, 1)
        )
    for n in range(UNITS):
        operations.open_union(
            code=f"BENCH-{n}", name=f"示例厂{n}工会", kind="BASE", parent=above, on=date(2000, 1, 1)
        )


def run_command(path: Path) -> tuple[float, float, dict[str, int]]:
    """Return seconds, the most MB of memory, and the counts of one import."""
    name = settings.DATABASES["default"]["NAME"]
    url = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}" if is_postgres() else f"sqlite:///{name}"
    command = [
        sys.executable,
        str(ROOT / "site" / "manage.py"),
        "import_members",
        str(path),
        "--union",
        "BENCH",
        "--json",
    ]
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": url}, text=True
    )
    most, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    assert process.stdout is not None
    answer = json.loads(process.stdout.read())
    if process.wait():
        raise RuntimeError("the import failed")
    return time.monotonic() - began, most / 1e6, {**answer["rows"], **answer["outcomes"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a thousand lines, nothing judged")
    parser.add_argument("--lines", type=int, help="only so many lines")
    options = parser.parse_args()
    is_smoke = options.smoke
    sizes = [WHOLE // 10, WHOLE] if is_postgres() else [WHOLE // 100]
    if options.lines or is_smoke:
        sizes = [options.lines or 1_000]
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            for ending, write in (("csv", write_csv), ("xlsx", write_xlsx)):
                path = Path(folder) / f"roll.{ending}"
                write(path, count)
                with own_database("import"):
                    make_tree()
                    seconds, memory, counts = run_command(path)
                    assert counts["new"] == counts["done"] == count, counts
                    figures += [
                        Figure(f"{count:,} new members, {ending}", seconds, "s", 240 * count / WHOLE + 10),
                        Figure("  memory at the most", memory, "MB", 400),
                    ]
                    if ending == "csv":
                        seconds, memory, counts = run_command(path)
                        assert counts["unchanged"] == count, counts
                        figures.append(Figure("  the same again, nothing new", seconds, "s"))
                path.unlink()
    return report(figures, judges=not is_smoke)


if __name__ == "__main__":
    sys.exit(main())
