"""A standard as a workbook: one file, five sheets, written so that reading it back gives the same standard."""

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.sheets import book_bytes
from occupations.rules import ETHICS, SKILL, Content, Level, code_of, columns_of, requirements_of

HEAD, LEVELS, BASICS, WORK, WEIGHTS = "概况", "等级", "基本要求", "工作要求", "权重表"
SHEETS = (HEAD, LEVELS, BASICS, WORK, WEIGHTS)
EXAMPLE, OFFICIAL = "示例", "国家公布"
YES = "是"
THEORY, SKILLS, TOTAL = "理论知识", "技能要求", "合计"
ETHICS_NAME, BASICS_NAME = "职业道德", "基础知识"
SKILL_NAME, KNOWLEDGE_NAME = "技能要求", "相关知识要求"
TITLES = {"": "", "middle": "中级职称", "senior": "高级职称"}
HEAD_ROWS = (
    ("occupation", "职业编码", "必填。职业分类大典里的代码，例如 6-18-02-04"),
    ("name", "职业名称", "给人看的，导入时只核对"),
    ("edition", "版本", "必填，最多 20 个字。已经发布的版本内容不能改，改了就换一个版本"),
    ("nature", "性质", "示例 或 国家公布"),
    ("source", "来源", "谁编的，依据什么；国家公布的写文号"),
    ("licence", "许可", "别人可以怎么用，例如 CC BY 4.0"),
    ("definition", "职业定义", ""),
    ("active_from", "生效日期", "必填，例如 2026-01-01"),
    ("active_to", "失效日期", "从这天起不再有效；没有就空着"),
)
LEVEL_COLUMNS = ("等级", "培训学时", "教的人至少是", "持证年数", "或者有")
BASIC_COLUMNS = ("类别", "编号", "内容")
WORK_COLUMNS = ("等级", "编号", "职业功能", "工作内容", "有危险", "种类", "要求")
_WIDTHS = {
    HEAD: (14, 60, 50),
    LEVELS: (18, 12, 18, 12, 14),
    BASICS: (12, 10, 80),
    WORK: (16, 10, 18, 24, 10, 16, 80),
    WEIGHTS: (26,),
}


def workbook(content: Content, *, name: str, labels: dict[int, str]) -> bytes:
    """
    Return a standard as an XLSX file, the same bytes for the same standard. ``labels`` are those of the levels by
    rank, ``name`` is the occupation's.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    nature = EXAMPLE if content.is_example else OFFICIAL
    values = {**{key: getattr(content, key, "") for key, _t, _h in HEAD_ROWS}, "name": name, "nature": nature}
    _sheet(book, HEAD, ("项目", "内容", "怎么填"), [(t, values[key], how) for key, t, how in HEAD_ROWS])
    _sheet(book, LEVELS, LEVEL_COLUMNS, [_level_row(level, labels) for level in content.levels])
    kinds = {kind: ETHICS_NAME if kind == ETHICS else BASICS_NAME for kind in ("ethics", "knowledge")}
    _sheet(book, BASICS, BASIC_COLUMNS, [(kinds[b.kind], b.number, b.text) for b in content.basics])
    _sheet(book, WORK, WORK_COLUMNS, [row for level in content.levels for row in _work_rows(level, labels)])
    heads = [f"{labels[lv.rank]} {column}" for lv in content.levels for column in (THEORY, SKILLS)]
    _sheet(book, WEIGHTS, ("项目", *heads), _weight_rows(content.levels))
    return book_bytes(book)


def _sheet(book: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, row in enumerate([heads, *rows], start=1):
        for place, value in enumerate(row, start=1):
            if value in ("", None):
                continue
            cell = sheet.cell(number, place)
            if isinstance(value, int):
                cell.value = value
            else:
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"  # a text that begins with = is a text
                cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    widths = _WIDTHS[title]
    for place in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = widths[min(place, len(widths)) - 1]


def _level_row(level: Level, labels: dict[int, str]) -> tuple[Any, ...]:
    teacher = level.teacher
    return (
        labels[level.rank],
        level.hours,
        labels[teacher.rank],
        teacher.years or "",
        TITLES[teacher.title],
    )


def _work_rows(level: Level, labels: dict[int, str]) -> list[tuple[Any, ...]]:
    return [
        (
            labels[level.rank],
            code_of(function.number, task.number, requirement.number),
            function.name,
            task.name,
            YES if task.is_hazardous else "",
            SKILL_NAME if requirement.kind == SKILL else KNOWLEDGE_NAME,
            requirement.text,
        )
        for function, task, requirement in requirements_of(level)
    ]


def _weight_rows(levels: Sequence[Level]) -> list[list[Any]]:
    names = list(dict.fromkeys(f.name for level in levels for f in level.functions))
    rows: list[list[Any]] = [[ETHICS_NAME], [BASICS_NAME], *([name] for name in names), [TOTAL]]
    for level in levels:
        functions = {f.name: f for f in level.functions}
        sums = columns_of(level)
        rows[0] += [level.ethics, ""]
        rows[1] += [level.basics, ""]
        for row in rows[2:-1]:
            function = functions.get(row[0])
            row += [function.theory, function.skill] if function else ["", ""]
        rows[-1] += [sums["theory"], sums["skill"]]
    return rows


def template(*, labels: dict[int, str]) -> bytes:
    """Return a workbook to fill in: its headings, what goes where, and a few lines to write over, which would be accepted."""
    from occupations.rules import Basic, Function, Requirement, Task, Teacher

    tasks = [
        Task(
            1,
            "穿戴防护用品",
            True,
            [
                Requirement("skill", 1, "能选用并穿戴焊工防护用品"),
                Requirement("knowledge", 1, "弧光、烟尘和触电的危害"),
            ],
        )
    ]
    level = Level(2, 200, Teacher(5, 0, "middle"), 5, 20, [Function(1, "焊前准备", 75, 100, tasks)])
    sample = Content(
        "6-18-02-04",
        "样表",
        source="写上谁编的，依据什么",
        active_from="2026-01-01",
        basics=[Basic("ethics", 1, "遵守规程，先防护后作业"), Basic("knowledge", 1, "识图基础知识")],
        levels=[level],
    )
    return workbook(sample, name="焊工", labels=labels)
