"""The coverage map as rows for a file: the figures of the page, one to a cell."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from courses.queries.coverage import Coverage
from courses.queries.coverage_overview import OccupationLine

Cell = str | int


def occupation_table(coverage: Coverage, *, rank: int | None = None) -> list[list[Cell]]:
    """Return the requirements of an occupation (or of one level) with what teaches them."""
    heads = ["等级", "种类", "编号", "工作内容", "要求", "课时数", "分钟", "师傅数", "最新发布", "已过天数"]
    kinds = {"skill": "技能要求", "knowledge": "相关知识要求"}
    rows: list[list[Cell]] = [
        [
            level.label,
            kinds[row.requirement.kind],
            row.requirement.code,
            row.requirement.task,
            row.requirement.text,
            row.lessons,
            row.minutes,
            row.instructors,
            row.newest_on.isoformat() if row.newest_on else "",
            "" if row.age_days is None else row.age_days,
        ]
        for level in coverage.levels
        if rank is None or level.rank == rank
        for row in level.rows
    ]
    return [list(heads), *rows]


def overview_table(
    lines: Iterable[OccupationLine], ranks: Sequence[int], labels: dict[int, str]
) -> list[list[Cell]]:
    """Return the occupations with requirements, covered ones and instructors level by level, and their sums."""
    heads: list[Cell] = [_("代码"), _("职业"), _("标准")]
    for rank in ranks:
        heads += [f"{labels[rank]} {word}" for word in (_("要求"), _("有课"), _("师傅"))]
    heads += [_("还缺"), _("课时数"), _("分钟"), _("最新发布")]
    rows = [heads]
    for line in lines:
        row: list[Cell] = [line.code, line.name, line.edition]
        for rank in ranks:
            cell = line.cells.get(rank)
            row += [cell.requirements, cell.covered, cell.instructors] if cell else ["", "", ""]
        newest = line.newest_on
        row += [line.gaps, line.lessons, line.minutes, newest.isoformat() if newest else ""]
        rows.append(row)
    return rows
