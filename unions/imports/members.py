"""
A union's roll: who is a member of it or of a union, workshop or group below it.

A line is the same person as somebody known by identity number, else by phone number, else by a name that occurs once
among the members of this union. People who sign in own their number: a roll does not change it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import ForeignObjectRel, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.api import Person
from accounts.rules import display_name_of, normalize_identity_number, normalize_phone, plain_form
from core import keys
from core.importer.base import BulkImporter, Column, Progress
from core.importer.models import ImportRun
from unions.exceptions import StudyAfterwards
from unions.imports.cells import (
    GENDERS,
    LEVEL_NAMES,
    LEVELS,
    NO,
    OCCUPATION,
    YES,
    plain_name,
    written_day,
)
from unions.imports.db import (
    NAMELESS,
    Batch,
    judge,
    next_batch,
    refuse_repeated,
    refuse_same_person,
    write_lines,
)
from unions.models import Membership, RollLine, Union
from unions.operations.membership import earliest_starts, end_requests, publish_confirmed
from unions.rules import normalize_code

A_CHUNK = 10_000
A_BATCH = 20_000
JUDGING = 3
"""Statements over all lines at the end of reading; each counts as much in the progress as a chunk."""
_SENTENCES = {
    "two": gettext_lazy("身份证号和手机号登记在两个人名下。核对后再导。"),
    "name": gettext_lazy("这个手机号登记的是另一个名字。核对后再导。"),
    "many": gettext_lazy("有不止一位同名会员，请填手机号或身份证号。"),
    "elsewhere": gettext_lazy("这位工友已是别家工会的会员，请走会籍转接。"),
    "owner": gettext_lazy("这位工友自己在用另一个手机号登录，号码由本人改。"),
    "early": gettext_lazy("“转入日期”早于现在这份会籍的第一天。"),
}
_BUILT_ON = {
    "moved": gettext_lazy("这位工友的会籍后来又动过，留着不动。"),
    "registered": gettext_lazy("这位工友已经登录用起来了，留着不动。"),
    "used": gettext_lazy("这位工友后来又有了变动，留着不动。"),
    "changed": gettext_lazy("这位工友的资料后来又改过，留着不动。"),
}


class MemberImporter(BulkImporter):
    kind = "unions.members"
    actions = ("new", "moved", "changed", "unchanged", "refused")
    columns = (
        Column(
            "name",
            "姓名",
            is_required=True,
            help="证件上的名字",
            example="张示例",
            also=("会员姓名", "职工姓名", "名字"),
        ),
        Column(
            "phone",
            "手机号",
            help="11 位，用来登录和认人",
            example="13800000000",
            also=("手机", "电话", "联系电话", "手机号码", "联系方式", "移动电话"),
        ),
        Column(
            "identity_number",
            "身份证号",
            help="没有可以不填",
            example="",
            also=("证件号码", "身份证号码", "身份证", "证件号", "公民身份号码"),
        ),
        Column("gender", "性别", help="男或女", example="男"),
        Column("born_on", "出生日期", help="例：1990-03-07", example="1990-03-07", also=("出生年月", "生日")),
        Column("occupation_code", "职业代码", help="职业分类大典的代码", example="6-18-02-04"),
        Column("level", "技能等级", help="例：四级/中级工", example="四级/中级工", also=("职业技能等级",)),
        Column("is_migrant_worker", "农民工", help="是或否", example="否", also=("是否农民工",)),
        Column("is_new_employment", "新就业形态", help="是或否", example="否", also=("是否新就业形态",)),
        Column(
            "unit",
            "车间班组代码",
            help="会员所在的基层工会、车间或班组的代码；导入到基层工会时，不填就记在这家工会",
            example="",
            also=("下级工会代码", "班组代码", "单位代码", "工会代码", "基层工会代码"),
        ),
        Column("since", "入会日期", help="不填就从导入这天算", example="2020-01-01", also=("入会时间",)),
        Column(
            "moved_on",
            "转入日期",
            help="从别处转来的，哪天起算；不填就是导入这天",
            example="",
            also=("转会日期", "转接日期", "生效日期"),
        ),
    )

    def page_of(self, run: ImportRun) -> str:
        kind, _, union = run.scope.partition(":")
        return f"/unions/{union}/import/members/{run.uuid}/" if kind == "union" else ""

    def sample(self, *, options: dict[str, Any]) -> dict[str, str]:
        """For a union above the primary ones the line names one of those."""
        cells = super().sample(options=options)
        root = Union.objects.filter(pk=options.get("union", 0)).select_related("kind").first()
        if root is None or root.kind.is_primary:
            return cells
        unit = _units(root).order_by("path").values_list("code", flat=True).first()
        return {**cells, "unit": unit or ""}

    def is_sample(self, cells: dict[str, str]) -> bool:
        return all(cells[c.key] == c.example for c in self.columns if c.key != "unit")

    def lines_of(self, run: ImportRun) -> QuerySet[RollLine]:
        return RollLine.objects.filter(run=run)

    def cells_of(self, row: RollLine) -> dict[str, str]:
        """A refused line as it was read; any other as it was understood."""
        if row.raw:
            cells: dict[str, str] = json.loads(row.raw)
            return cells
        person = {
            field: keys.decrypt(sealed, context=f"accounts.Person.{field}") if sealed else ""
            for field, sealed in (
                ("name", row.name),
                ("phone", row.phone),
                ("identity_number", row.identity_number),
            )
        }
        flags = {True: "是", False: "否", None: ""}
        return {
            "name": person["name"],
            "phone": person["phone"].removeprefix("+86"),
            "identity_number": person["identity_number"],
            "gender": {"m": "男", "f": "女"}.get(row.gender, ""),
            "born_on": row.born_on.isoformat() if row.born_on else "",
            "occupation_code": row.occupation_code,
            "level": LEVEL_NAMES.get(row.level_rank or 0, ""),
            "is_migrant_worker": flags[row.is_migrant_worker],
            "is_new_employment": flags[row.is_new_employment],
            "unit": row.unit.code if row.unit else "",
            "since": row.since.isoformat() if row.since else "",
            "moved_on": row.moved_on.isoformat() if row.moved_on else "",
        }

    def stage(
        self,
        run: ImportRun,
        heads: Sequence[str | None],
        lines: Iterable[tuple[int, list[str]]],
        *,
        progress: Progress | None,
    ) -> int:
        """``options``: union (id of the union whose roll it is), today (ISO day), movable (paths, see ``judge``)."""
        RollLine.objects.filter(run=run).delete()
        root = Union.objects.select_related("kind").get(pk=run.options["union"])
        today = date.fromisoformat(run.options["today"])
        reader = _Reader(run.pk, heads, root=root, today=today)
        count, rows, sample = 0, [], None
        for number, cells in lines:
            values = reader.cells(cells)
            if self.is_sample(values):
                sample = sample or (number, values)
                continue
            rows.append(reader.row(number, values))
            if len(rows) == A_CHUNK:
                write_lines(rows)
                count += len(rows)
                rows = []
                if progress is not None:
                    progress(count, 0)
        if not count and not rows and sample is not None:
            rows.append(reader.row(*sample))
        write_lines(rows)
        count += len(rows)
        told = count + JUDGING * A_CHUNK
        for n, (column, title) in enumerate((("identity_index", "身份证号"), ("phone_index", "手机号"))):
            if progress is not None:
                progress(count + n * A_CHUNK, told)
            refuse_repeated(run.pk, column, _("“{title}”在表里出现了不止一次。").format(title=_(title)))
        refuse_repeated(run.pk, "name_index", _("表里有同名的人，请填手机号或身份证号。"), among=NAMELESS)
        judge(
            run.pk,
            root=root.path,
            movable=run.options.get("movable", ()),
            today=today,
            sentences={key: str(text) for key, text in _SENTENCES.items()},
        )
        refuse_same_person(run.pk, _("和前面的一行是同一位工友。"))
        return count

    def apply_lines(
        self, run: ImportRun, *, now: datetime, by: UUID | None, progress: Progress | None
    ) -> None:
        today = date.fromisoformat(run.options["today"])

        def do(batch: Batch) -> None:
            batch.fail_taken(_("预览之后，这个号码已经被别人登记了。重新导入一次。"))
            batch.fail_elsewhere(_("预览之后，这位工友的会籍动过了。重新导入一次。"))
            known = batch.known_persons()
            earliest = earliest_starts([uuid for _line, uuid, _action, _day in known])
            too_late = [
                line
                for line, uuid, action, day in known
                if action == "moved" and day is not None and earliest.get(uuid, day) > day
            ]
            batch.settle(too_late, "failed", str(StudyAfterwards.message))
            batch.keep_prior()
            batch.change_persons()
            batch.set_days({line: earliest[uuid] for line, uuid, *_rest in known if uuid in earliest})
            batch.end_memberships()
            batch.make_persons(now)
            batch.make_memberships(now)
            batch.done()
            _tell_above([line for line, *_rest in known])

        _in_batches(run, "", today, do, progress)

    def undo_lines(
        self, run: ImportRun, *, now: datetime, by: UUID | None, progress: Progress | None
    ) -> None:
        sentences = {key: str(text) for key, text in _BUILT_ON.items()}
        relations = [
            (str(related.field.model._meta.db_table), str(related.field.column))
            for related in Person._meta.get_fields(include_hidden=True)
            if isinstance(related, ForeignObjectRel)
        ]

        def do(batch: Batch) -> None:
            batch.keep_built_on(sentences, relations)
            done = batch.done_persons()
            earliest = earliest_starts([uuid for _line, uuid, _day in done])
            batch.settle(
                [line for line, uuid, day in done if uuid in earliest and earliest[uuid] >= day],
                "kept",
                _("这位工友在这里已经有学时，留着不动。"),
            )
            batch.take_back()

        _in_batches(run, "done", date.fromisoformat(run.options["today"]), do, progress)


def _in_batches(
    run: ImportRun, outcome: str, today: date, do: Callable[[Batch], None], progress: Progress | None
) -> None:
    """Give all lines of an outcome to ``do``, some ten thousand in a transaction."""
    counts = run.counts()
    total = sum(n for action, n in counts.items() if action not in {"unchanged", "refused"})
    after = handled = 0
    while True:
        with transaction.atomic():
            last = next_batch(run.pk, after=after, outcome=outcome, size=A_BATCH)
            if last is None:
                return
            do(Batch(run.pk, after + 1, last, today=today))
        after = last
        handled = min(total, handled + A_BATCH)
        if progress is not None:
            progress(handled, total)


def _tell_above(lines: Sequence[int]) -> None:
    """Tell other apps of known persons whose membership began, and spare officers their requests."""
    for start in range(0, len(lines), 500):
        rows = RollLine.objects.filter(pk__in=lines[start : start + 500], outcome="done")
        made = Membership.objects.filter(pk__in=rows.values("made_id"), member__registered_at__isnull=False)
        for membership in made.select_related("member", "union").order_by("pk"):
            publish_confirmed(
                person=membership.member.uuid,
                union=membership.union.uuid,
                starts_on=membership.active_from,
                source="import",
            )
            end_requests(membership.member)


def _units(root: Union) -> QuerySet[Union]:
    return Union.objects.filter(path__startswith=root.path, kind__is_primary=True, closed_on__isnull=True)


class _Reader:
    """Brings the cells of a line to their stored form, or says of each what is wrong with it."""

    def __init__(self, run: int, heads: Sequence[str | None], *, root: Union, today: date) -> None:
        self.run, self.root, self.today = run, root, today
        self.units = dict(_units(root).values_list("code", "pk"))
        self.keys = [c.key for c in MemberImporter.columns]
        self.places = [(key, heads.index(key)) for key in self.keys if key in heads]
        self.empty = dict.fromkeys(self.keys, "")
        self.seal = {f: keys.sealer(f"accounts.Person.{f}") for f in ("name", "phone", "identity_number")}
        self.index = {f: keys.indexer(f"accounts.Person.{f}") for f in self.seal}
        self.seal_raw = keys.sealer("unions.RollLine.raw")

    def cells(self, row: list[str]) -> dict[str, str]:
        cells = self.empty.copy()
        width = len(row)
        for key, place in self.places:
            if place < width:
                cells[key] = row[place]
        return cells

    def row(self, line: int, cells: dict[str, str]) -> tuple[Any, ...]:
        """Return a line by ``db.COLUMNS``."""
        wrong: list[str] = []
        name = plain_name(cells["name"])
        if not name:
            wrong.append(_("“{title}”没有填。").format(title=_("姓名")))
        elif len(name) > 40:
            wrong.append(_("“姓名”最多 40 个字。"))
        phone = self._cell(wrong, "手机号", cells["phone"], normalize_phone)
        number = self._cell(wrong, "身份证号", cells["identity_number"], self._identity)
        born_on = self._day(wrong, "出生日期", cells["born_on"])
        since = self._day(wrong, "入会日期", cells["since"]) or self.today
        moved_on = self._day(wrong, "转入日期", cells["moved_on"])
        gender = GENDERS.get(cells["gender"].lower())
        if gender is None:
            wrong.append(_("“性别”写男或女。"))
        occupation = cells["occupation_code"]
        if occupation and not OCCUPATION.fullmatch(occupation):
            wrong.append(_("“职业代码”的样子是 6-18-02-04。"))
        level = "".join(cells["level"].split())
        if level and level not in LEVELS:
            wrong.append(_("“技能等级”认不出来，例：四级/中级工。"))
        migrant = self._flag(wrong, "农民工", cells["is_migrant_worker"])
        new_form = self._flag(wrong, "新就业形态", cells["is_new_employment"])
        if number and not wrong:
            # The number says both; the table's own cells may be empty, but not different.
            told = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            sex = "m" if int(number[16]) % 2 else "f"
            is_month = born_on is not None and not written_day(cells["born_on"])[1]
            same = born_on in (None, told.replace(day=1) if is_month else told)
            if not same or gender not in ("", sex):
                wrong.append(_("身份证号和出生日期、性别对不上。"))
            born_on, gender = told, sex
        unit = self._unit(wrong, cells["unit"])
        if wrong:
            raw = self.seal_raw(json.dumps(cells, ensure_ascii=False))
            errors = json.dumps(wrong, ensure_ascii=False)
            refused = (self.run, line, "refused", "", errors, raw, "", None, "", None, "", None, "", "", None)
            return (*refused, "", None, None, None, None, None, None, None)
        seal, index = self.seal, self.index
        return (
            self.run, line, "new", "", "[]", "",
            seal["name"](name), index["name"](plain_form(name)),
            seal["phone"](phone) if phone else "", index["phone"](phone) if phone else None,
            seal["identity_number"](number) if number else "",
            index["identity_number"](number) if number else None,
            display_name_of(name)[:40], gender, born_on, occupation, LEVELS.get(level), migrant, new_form, unit,
            since, moved_on, uuid4(),
        )  # fmt: skip

    def _identity(self, text: str) -> str:
        return normalize_identity_number(text, today=self.today)

    def _cell(self, wrong: list[str], title: str, text: str, normalize: Callable[[str], str]) -> str:
        if not text:
            return ""
        try:
            return normalize(text)
        except ValueError:
            wrong.append(_("“{title}”不对：{text}").format(title=_(title), text=text[:30]))
            return ""

    def _day(self, wrong: list[str], title: str, text: str) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(written_day(text)[0])
        except ValueError:
            day = None
        if day is None or not date(1900, 1, 1) <= day <= self.today:
            wrong.append(_("“{title}”不对：{text}").format(title=_(title), text=text[:30]))
        return day

    def _flag(self, wrong: list[str], title: str, text: str) -> bool | None:
        if not text:
            return None
        text = text.lower()
        if text not in YES and text not in NO:
            wrong.append(_("“{title}”写是或否。").format(title=_(title)))
        return text in YES

    def _unit(self, wrong: list[str], text: str) -> int | None:
        if not text and self.root.kind.is_primary:
            return self.root.pk
        if not text:
            wrong.append(_("“车间班组代码”没有填：写会员所在基层工会的代码。"))
            return None
        unit = self.units.get(normalize_code(text))
        if unit is None:
            wrong.append(_("“车间班组代码”不在这家工会下面。"))
        return unit
