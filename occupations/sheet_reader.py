"""Reading a standard's workbook: every complaint names the sheet and the cell, and says what to write there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from core.importer.reading import UnreadableTable
from occupations.rules import (
    ETHICS,
    HOURS_MOST,
    KNOWLEDGE,
    PERCENT,
    SKILL,
    Basic,
    Content,
    Fault,
    Function,
    Level,
    Requirement,
    Task,
    Teacher,
    code_of,
    faults_in,
    numbers_of,
)
from occupations.sheets import (
    BASIC_COLUMNS,
    BASICS,
    BASICS_NAME,
    ETHICS_NAME,
    EXAMPLE,
    HEAD,
    HEAD_ROWS,
    KNOWLEDGE_NAME,
    LEVEL_COLUMNS,
    LEVELS,
    OFFICIAL,
    SHEETS,
    SKILL_NAME,
    SKILLS,
    THEORY,
    TITLES,
    TOTAL,
    WEIGHTS,
    WORK,
    WORK_COLUMNS,
)
from occupations.words import fault_words

_LONGEST = {"edition": 20, "source": 300, "licence": 100, "definition": 2000}
_TEXT, _FUNCTION, _TASK = 400, 60, 80
_YES, _NO = {"是", "有", "1"}, {"", "否", "无", "0"}
Rows = Sequence[Sequence[str]]


@dataclass
class Line:
    """A line of a sheet. ``key`` names what it holds, as the keys of :func:`facts` do; ``wrong`` says what is not right."""

    sheet: str
    row: int
    key: str = ""
    text: str = ""
    wrong: list[str] = field(default_factory=list)

    def refuse(self, column: int, words: str) -> None:
        """Note what is wrong in the cell of a column (1 is A)."""
        self.wrong.append(f"{self.sheet}!{get_column_letter(column)}{self.row}：{words}")


@dataclass
class Parsed:
    """What a workbook says, as far as it could be read, and each of its lines."""

    content: Content
    name: str
    lines: list[Line]

    @property
    def is_fine(self) -> bool:
        return not any(line.wrong for line in self.lines)


def parse(book: dict[str, list[list[str]]], *, labels: dict[int, str]) -> Parsed:
    """
    Read a workbook's sheets; ``labels`` are those of the levels by rank.

    :raises UnreadableTable: if a sheet or a heading is missing, so that nothing can be said of its lines.
    """
    if missing := [title for title in SHEETS if title not in book]:
        raise UnreadableTable(
            _("文件里少了工作表：{titles}。下载模板，五张表都要有，名称不要改。").format(
                titles="、".join(missing)
            )
        )
    return _Reader(book, labels).read()


class _Reader:
    def __init__(self, book: dict[str, list[list[str]]], labels: dict[int, str]) -> None:
        self.book = book
        self.labels = labels
        self.lines: list[Line] = []
        self.content = Content("", "")
        self.levels: dict[int, Level] = {}
        self.seen: dict[str, Line] = {}
        self.ranks = {part: rank for rank, label in labels.items() for part in (label, *label.split("/"))}

    def read(self) -> Parsed:
        name = self._head()
        self._levels()
        self.content.levels = [self.levels[rank] for rank in sorted(self.levels)]
        self._basics()
        self._work()
        total = self._weights()
        if all(not line.wrong for line in self.lines):
            for fault in faults_in(self.content):
                line, column = self._place(fault, total)
                line.refuse(column, fault_words(fault, self.labels))
        return Parsed(self.content, name, self.lines)

    # Cells

    def _line(self, sheet: str, row: int, key: str, text: str) -> Line:
        line = Line(sheet, row, key, text)
        if key in self.seen:
            line.refuse(1, _("和第 {row} 行说的是同一项，留一行。").format(row=self.seen[key].row))
        else:
            self.seen[key] = line
        self.lines.append(line)
        return line

    def _rows(self, sheet: str, columns: Sequence[str]) -> list[tuple[int, list[str]]]:
        """Return the numbered lines of a sheet with its columns in our order, whatever theirs."""
        rows = self.book[sheet]
        heads = [cell.strip("* \u3000") for cell in rows[0]] if rows else []
        if lacking := [c for c in columns if c not in heads]:
            raise UnreadableTable(
                _("工作表“{sheet}”的第一行少了表头：{titles}。下载模板看看表头怎么写。").format(
                    sheet=sheet, titles="、".join(lacking)
                )
            )
        places = [heads.index(c) for c in columns]
        return [
            (number, [row[p] if p < len(row) else "" for p in places])
            for number, row in enumerate(rows[1:], start=2)
            if any(row)
        ]

    @staticmethod
    def _number(line: Line, column: int, cell: str, most: int, what: str) -> int:
        text = cell.strip().rstrip("%％")
        if not text or text in {"—", "-", "－"}:
            return 0
        if not (text.isascii() and text.isdecimal() and int(text) <= most):
            line.refuse(
                column,
                _("{what}写 0 到 {most} 的整数，现在是“{cell}”。").format(
                    what=what, most=most, cell=cell[:20]
                ),
            )
            return 0
        return int(text)

    @staticmethod
    def _text(line: Line, column: int, cell: str, longest: int, what: str) -> str:
        text = " ".join(cell.split())
        if not text:
            line.refuse(column, _("{what}没有填。").format(what=what))
        elif len(text) > longest:
            line.refuse(
                column,
                _("{what}最多 {most} 个字，现在有 {n} 个。写短一些，或者分成两条。").format(
                    what=what, most=longest, n=len(text)
                ),
            )
        return text

    def _rank(self, line: Line, column: int, cell: str) -> int:
        rank = self.ranks.get(cell.strip(), 0)
        if not rank:
            known = "、".join(self.labels.values())
            line.refuse(
                column, _("没有“{cell}”这个等级。写 {known} 中的一个。").format(cell=cell[:20], known=known)
            )
        return rank

    # Sheets

    def _head(self) -> str:
        titles = {title: key for key, title, _how in HEAD_ROWS}
        values: dict[str, str] = {}
        for number, row in enumerate(self.book[HEAD], start=1):
            cells = [*row, "", ""]
            key = titles.get(cells[0].strip("* \u3000"))
            if key:
                values[key] = cells[1]
                self._line(HEAD, number, f"head/{key}", f"{cells[0]}：{cells[1]}"[:200])
        if "head/occupation" not in self.seen or "head/edition" not in self.seen:
            raise UnreadableTable(_("工作表“概况”里少了“职业编码”或“版本”。下载模板看看怎么填。"))
        content = self.content
        for key in ("occupation", "edition"):
            setattr(
                content,
                key,
                self._text(self.seen[f"head/{key}"], 2, values[key], _LONGEST.get(key, 10), titles_of(key)),
            )
        for key in ("source", "licence", "definition"):
            text = values.get(key, "").strip()
            if len(text) > _LONGEST[key]:
                self.seen[f"head/{key}"].refuse(2, _("最多 {most} 个字。").format(most=_LONGEST[key]))
            setattr(content, key, text)
        for key in ("active_from", "active_to"):
            setattr(content, key, self._day(key, values.get(key, "")))
        nature = values.get("nature", "").strip()
        if nature not in {EXAMPLE, OFFICIAL}:
            at = self.seen.get("head/nature", self.seen["head/edition"])
            at.refuse(2, _("“性质”写“示例”或“国家公布”。"))
        content.is_example = nature != OFFICIAL
        return values.get("name", "").strip()

    def _day(self, key: str, cell: str) -> str:
        text = cell.strip().replace("/", "-").replace(".", "-")
        if not text:
            return ""
        try:
            return date(*map(int, text.split("-"))).isoformat()
        except (ValueError, TypeError, OverflowError):
            self.seen[f"head/{key}"].refuse(
                2, _("日期写成 2026-01-01 的样子，现在是“{cell}”。").format(cell=cell[:20])
            )
            return ""

    def _levels(self) -> None:
        titles = {words: title for title, words in TITLES.items()}
        for number, (label, hours, teacher, years, title) in self._rows(LEVELS, LEVEL_COLUMNS):
            rank = self.ranks.get(label.strip(), 0)
            line = self._line(LEVELS, number, f"level/{rank or label}", label)
            self._rank(line, 1, label)
            if title.strip() not in titles:
                line.refuse(5, _("写“中级职称”“高级职称”，或者空着。"))
            level = Level(
                rank=rank,
                hours=self._number(line, 2, hours, HOURS_MOST, _("培训学时")),
                teacher=Teacher(
                    rank=self._rank(line, 3, teacher),
                    years=self._number(line, 4, years, 50, _("持证年数")),
                    title=titles.get(title.strip(), ""),
                ),
            )
            if rank and not line.wrong:
                self.levels[rank] = level

    def _basics(self) -> None:
        kinds = {ETHICS_NAME: ETHICS, BASICS_NAME: KNOWLEDGE}
        for row, (kind_cell, number_cell, text_cell) in self._rows(BASICS, BASIC_COLUMNS):
            kind = kinds.get(kind_cell.strip(), "")
            line = self._line(BASICS, row, f"basic/{kind or kind_cell}/{number_cell}", text_cell)
            if not kind:
                line.refuse(1, _("“类别”写“职业道德”或“基础知识”。"))
            number = self._number(line, 2, number_cell, 999, _("编号"))
            text = self._text(line, 3, text_cell, _TEXT, _("内容"))
            following = 1 + sum(1 for b in self.content.basics if b.kind == kind)
            if kind and not line.wrong:
                if number != following:
                    line.refuse(2, _("编号要从 1 连着写，这里应该是 {n}。").format(n=following))
                self.content.basics.append(Basic(kind, number, text))

    def _work(self) -> None:
        kinds = {
            SKILL_NAME: SKILL,
            KNOWLEDGE_NAME: KNOWLEDGE,
            "技能": SKILL,
            "知识": KNOWLEDGE,
            "相关知识": KNOWLEDGE,
        }
        for row, (label, code, function, task, danger, kind_cell, text_cell) in self._rows(
            WORK, WORK_COLUMNS
        ):
            rank, kind = self.ranks.get(label.strip(), 0), kinds.get(kind_cell.strip(), "")
            key = f"requirement/{rank or label}/{kind or kind_cell}/{code.strip()}"
            line = self._line(WORK, row, key, f"{label} {code} {text_cell}")
            if self._rank(line, 1, label) and rank not in self.levels:
                line.refuse(
                    1, _("工作表“等级”里没有{level}，先在那里加一行。").format(level=self.labels[rank])
                )
            numbers = numbers_of(code.strip())
            if len(numbers) != 3:
                line.refuse(2, _("编号写成 1.2.3：职业功能、工作内容、要求。"))
            if danger.strip() not in _YES | _NO:
                line.refuse(5, _("有危险的写“是”，没有的空着。"))
            if not kind:
                line.refuse(6, _("“种类”写“技能要求”或“相关知识要求”。"))
            text = self._text(line, 7, text_cell, _TEXT, _("要求"))
            if not line.wrong:
                names = function.strip(), task.strip()
                self._take(
                    line,
                    self.levels[rank],
                    numbers,
                    names,
                    danger.strip() in _YES,
                    Requirement(kind, numbers[2], text),
                )

    def _take(
        self,
        line: Line,
        level: Level,
        numbers: tuple[int, ...],
        names: tuple[str, str],
        danger: bool,
        new: Requirement,
    ) -> None:
        """Put a requirement into its place; functions and tasks are named on their first line, and the same after that."""
        function = self._function(line, level, numbers[0], names[0])
        if function is None:
            return
        task = next((t for t in function.tasks if t.number == numbers[1]), None)
        if task is None:
            if not self._follows(line, numbers[1], len(function.tasks), _("工作内容")):
                return
            task = Task(numbers[1], self._text(line, 4, names[1], _TASK, _("工作内容")), danger)
            function.tasks.append(task)
        elif names[1] and names[1] != task.name:
            line.refuse(
                4,
                _("{code} 前面写的是“{name}”，同一项名称要一样。").format(
                    code=code_of(*numbers[:2]), name=task.name
                ),
            )
        elif danger:
            task.is_hazardous = True
        same = sum(1 for r in task.requirements if r.kind == new.kind)
        if self._follows(line, new.number, same, _("要求")):
            task.requirements.append(new)
            task.requirements.sort(key=lambda r: (r.kind != SKILL, r.number))

    def _function(self, line: Line, level: Level, number: int, name: str) -> Function | None:
        function = next((f for f in level.functions if f.number == number), None)
        if function is None:
            if not self._follows(line, number, len(level.functions), _("职业功能")):
                return None
            if name and any(f.name == name for f in level.functions):
                line.refuse(3, _("“{name}”在这一级已经有另一个编号了。").format(name=name))
                return None
            function = Function(number, self._text(line, 3, name, _FUNCTION, _("职业功能")))
            level.functions.append(function)
        elif name and name != function.name:
            line.refuse(
                3, _("{code} 前面写的是“{name}”，同一项名称要一样。").format(code=number, name=function.name)
            )
            return None
        return function

    @staticmethod
    def _follows(line: Line, number: int, before: int, what: str) -> bool:
        if number != before + 1:
            line.refuse(
                2,
                _("{what}的编号要连着写，这里应该是 {n}，现在是 {number}。").format(
                    what=what, n=before + 1, number=number
                ),
            )
            return False
        return True

    def _weights(self) -> Line:
        """Read the weighting table; return the line below which its columns are summed."""
        rows = self.book[WEIGHTS]
        heads = [" ".join(cell.split()) for cell in rows[0]] if rows else []
        columns: dict[tuple[int, str], int] = {}
        for place, head in enumerate(heads):
            label, _space, column = head.rpartition(" ")
            if rank := self.ranks.get(label):
                columns[rank, column] = place
        lacking = [
            f"{self.labels[rank]} {column}"
            for rank in sorted(self.levels)
            for column in (THEORY, SKILLS)
            if (rank, column) not in columns
        ]
        if lacking:
            raise UnreadableTable(
                _("工作表“权重表”的第一行少了：{titles}。").format(titles="、".join(lacking))
            )
        self.columns = columns
        total = Line(WEIGHTS, len(rows) + 1, "weights", _("权重表"))
        for number, row in enumerate(rows[1:], start=2):
            name = row[0].strip() if row else ""
            if name == TOTAL:
                total.row = number
            elif any(row):
                self._weight_row(self._line(WEIGHTS, number, f"weight/{name}", name), name, row)
        self.lines.append(total)
        return total

    def _weight_row(self, line: Line, name: str, row: Sequence[str]) -> None:
        functions = {f.name for level in self.levels.values() for f in level.functions}
        if name not in functions | {ETHICS_NAME, BASICS_NAME}:
            line.refuse(1, _("“工作要求”里没有“{name}”这个职业功能，名称要写得一样。").format(name=name[:30]))
            return
        for (rank, column), place in self.columns.items():
            cell = row[place] if place < len(row) else ""
            percent = self._number(line, place + 1, cell, PERCENT, _("百分数"))
            level = self.levels.get(rank)
            if level is None:
                continue
            function = next((f for f in level.functions if f.name == name), None)
            if name in {ETHICS_NAME, BASICS_NAME}:
                if column == SKILLS and percent:
                    line.refuse(place + 1, _("基本要求只算理论知识，这一格空着。"))
                elif column == THEORY:
                    setattr(level, "ethics" if name == ETHICS_NAME else "basics", percent)
            elif function is not None:
                setattr(function, "theory" if column == THEORY else "skill", percent)
            elif percent:
                line.refuse(
                    place + 1,
                    _("{level}没有“{name}”这个职业功能，这一格空着。").format(
                        level=self.labels[rank], name=name[:30]
                    ),
                )

    def _place(self, fault: Fault, total: Line) -> tuple[Line, int]:
        """Return the line and the column where a fault of the whole is shown."""
        if fault.code == "column":
            column = THEORY if fault.column == "theory" else SKILLS
            return total, self.columns[fault.rank, column] + 1
        if fault.code in {"no_begin", "ends_before_it_begins"}:
            key = "active_from" if fault.code == "no_begin" else "active_to"
            return self.seen.get(f"head/{key}", self.seen["head/edition"]), 2
        if fault.where:
            prefix = f"requirement/{fault.rank}/"
            found = (
                ln for key, ln in self.seen.items() if key.startswith(prefix) and f"/{fault.where}." in key
            )
            return next(found, total), 2
        return self.seen.get(f"level/{fault.rank}", total), 2


def titles_of(key: str) -> str:
    """Return the heading of a field of the first sheet."""
    return next(title for k, title, _how in HEAD_ROWS if k == key)
