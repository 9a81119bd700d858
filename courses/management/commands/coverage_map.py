"""Show which requirements of an occupation's standard are taught, and which are not."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand, write_file
from core.importer.reading import csv_file
from courses.coverage_tables import occupation_table
from courses.queries.coverage import Coverage, Covered, coverage_of

REFUSED = 2


class Command(AnsweringCommand):
    help = "Print the coverage map of an occupation: lessons, minutes, instructors and age per requirement, and the gaps."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--occupation", metavar="CODE", required=True, help="like 6-18-02-04")
        parser.add_argument("--csv", metavar="OUT", help="write the whole map as CSV, too")

    def handle(self, *args: Any, **options: Any) -> None:
        coverage = coverage_of(occupation=options["occupation"], on=timezone.localdate())
        if coverage is None:
            raise CommandError(
                f"{options['occupation'][:20]} 现在没有有效的职业标准。先用 import_standard 导入。",
                returncode=REFUSED,
            )
        if options["csv"]:
            rows = [[str(cell) for cell in row] for row in occupation_table(coverage)]
            write_file(options["csv"], csv_file(rows))
        self.answer(_as_dict(coverage), _as_text(coverage), as_json=options["json"])


def _as_dict(coverage: Coverage) -> dict[str, Any]:
    return {
        "occupation": coverage.standard.occupation_id,
        "name": coverage.standard.occupation.name,
        "edition": coverage.standard.edition,
        "levels": [
            {
                "rank": level.rank,
                "label": level.label,
                "requirements": len(level.rows),
                "covered": level.covered,
                "gaps": [row.requirement.code for row in level.gaps],
                "rows": [_row(row) for row in level.rows],
            }
            for level in coverage.levels
        ],
    }


def _row(row: Covered) -> dict[str, Any]:
    return {
        "requirement": str(row.requirement.uuid),
        "kind": row.requirement.kind,
        "code": row.requirement.code,
        "task": row.requirement.task,
        "text": row.requirement.text,
        "lessons": row.lessons,
        "minutes": row.minutes,
        "ms": row.ms,
        "instructors": row.instructors,
        "newest_on": row.newest_on.isoformat() if row.newest_on else None,
        "age_days": row.age_days,
    }


def _as_text(coverage: Coverage) -> str:
    lines = [str(coverage.standard)]
    for level in coverage.levels:
        lines.append(
            f"{level.label}：{len(level.rows)} 条要求，{level.covered} 条有课，{len(level.gaps)} 条还缺"
        )
        lines += [f"  缺 {row.requirement.code} {row.requirement.text}" for row in level.gaps]
    return "\n".join(lines)
