"""
Study records of another platform, brought in from a table: ``import`` entries of the ledger, proved by the file.

An hour counts once: instants that the learner's clock knows already are left out, a day holds no more than the policy
lets it, and the same record is not brought in twice. Taking a run back appends reversals.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.api import Person, phone_index
from accounts.rules import normalize_identity_number, normalize_phone, plain_form
from core import keys
from core.clock import day_start_ms, month_start
from core.db import lock_rows
from core.importer.base import Column, Draft, Importer, RowConflict
from core.importer.models import ImportRow, ImportRun
from records.ledger.codec import dump_days, load_days
from records.ledger.kinds import earned_otherwise
from records.models import LedgerEntry, StudyState
from records.operations.entries import EntryRefused, append_entries, reversal_of
from records.operations.holding import free_clock
from records.operations.policies import terms_for
from unions.api import Union, unions_of

_MINUTE_MS = 60_000
_LESSON_MINUTES = 45
_MOST_MINUTES = 16 * 60
"""No day of study is longer; a table that says so has mistaken its unit."""
_FROM_MS = 8 * 3_600_000
"""A record without a time of day is laid on the free hours from eight in the morning on, then on those before."""
_DAY_MS = 86_400_000
_TIME = re.compile(r"([01]?\d|2[0-3])[:：时]([0-5]\d)?(?:分?)(?::[0-5]\d)?")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})[日号]?(?: .*)?")


class StudyImporter(Importer):
    kind = "records.study"
    columns = (
        Column("name", "姓名", is_required=True, help="和花名册上一样", example="张示例"),
        Column(
            "phone",
            "手机号",
            help="手机号和身份证号至少填一个",
            example="13800000000",
            also=("手机", "手机号码"),
        ),
        Column("identity_number", "身份证号", example="", also=("证件号码", "身份证号码")),
        Column(
            "day", "学习日期", is_required=True, help="例：2026-03-07", example="2026-03-07", also=("日期",)
        ),
        Column("time", "开始时间", help="例：19:30；没有可以不填", example="19:30"),
        Column(
            "minutes",
            "时长（分钟）",
            help="时长和学时填一个",
            example="45",
            also=("时长", "学习时长", "分钟"),
        ),
        Column("hours", "学时", help="1 学时是 45 分钟", example=""),
        Column(
            "course", "课程", is_required=True, example="示例：电焊工安全培训", also=("课程名称", "学习内容")
        ),
        Column(
            "platform",
            "平台",
            is_required=True,
            help="在哪里学的",
            example="示例平台",
            also=("来源", "学习平台"),
        ),
        Column("occupation", "职业代码", help="例：6-18-02-04", example=""),
    )

    def page_of(self, run: ImportRun) -> str:
        kind, _colon, union = run.scope.partition(":")
        return f"/unions/{union}/import/study/{run.uuid}/" if kind == "union" else ""

    def plan(self, drafts: Sequence[Draft], *, options: dict[str, Any]) -> None:
        """``options``: union (id of the union whose members they are), today (ISO day), sha256 (of the file)."""
        today = date.fromisoformat(options["today"])
        for draft in drafts:
            _check(draft, today=today)
        fine = [d for d in drafts if not d.errors]
        people = _people(fine)
        root = Union.objects.get(pk=options["union"])
        inside = set(Union.objects.filter(path__startswith=root.path).values_list("uuid", flat=True))
        by_day: dict[date, list[UUID]] = {}
        for draft in fine:
            person = people.get(_identity_index(draft.data["identity_number"])) or people.get(
                phone_index(draft.data["phone"]) or "-"
            )
            if person is None or plain_form(person.name) != plain_form(draft.data["name"]):
                draft.refuse(_("没有找到这位会员，核对姓名、手机号和身份证号。"))
                continue
            draft.target = str(person.uuid)
            by_day.setdefault(date.fromisoformat(draft.data["day"]), []).append(person.uuid)
        unions = {day: unions_of(persons, day) for day, persons in by_day.items()}
        _refuse_known(fine, unions, inside)

    def apply(
        self, data: dict[str, Any], *, target: str, options: dict[str, Any], actor: UUID | None
    ) -> tuple[str, Any]:
        learner, day = UUID(target), date.fromisoformat(data["day"])
        if _stands(learner, day, data["activity"]):
            return target, {"entries": []}
        union = unions_of([learner], day).get(learner)
        begins = day_start_ms(day)
        terms = terms_for(union=union, owner_keys=(), since=begins)[0][1]
        # Locked before it is read: a beat at this moment waits, and then finds these instants taken.
        lock_rows(StudyState.objects.filter(pk=learner)).first()
        left = _left_of_day(learner, day, terms.daily_cap_ms, data["ms"])
        pieces = _laid(learner, begins, data["from_ms"], left)
        if not pieces:
            raise RowConflict(_("这段时间已经有学时，或者当天已经记满，一分钟也加不进去。"))
        proof = hashlib.sha256(f"{options['sha256']}:{data['line']}".encode()).hexdigest()
        drafts = [
            replace(
                earned_otherwise(
                    kind="import",
                    activity=data["activity"],
                    source="import",
                    t_from=start,
                    ms=end - start,
                    union=union,
                    policy=terms.identity,
                    evidence="import",
                    evidence_ref=proof,
                    actor=actor or learner,
                    occupation=data["occupation"] or None,
                    online=True,
                ),
                actor=actor,
            )
            for start, end in pieces
        ]
        links = append_entries(learner=learner, drafts=drafts)
        _count_in_day(learner, day, sum(end - start for start, end in pieces))
        return target, {"entries": [link.entry.n for link in links]}

    def undo(self, data: dict[str, Any], *, target: str, before: Any, actor: UUID | None) -> None:
        learner, day = UUID(target), date.fromisoformat(data["day"])
        known = LedgerEntry.objects.filter(learner=learner)
        gone = set(
            known.filter(kind=LedgerEntry.Kind.REVERSAL, refers_to__in=before["entries"]).values_list(
                "refers_to", flat=True
            )
        )
        entries = [e for e in known.filter(n__in=before["entries"]).order_by("n") if e.n not in gone]
        drafts = [reversal_of(e, reason="import_undone", actor=actor or learner) for e in entries]
        try:
            append_entries(learner=learner, drafts=drafts)
        except EntryRefused as error:
            raise RowConflict(_("这笔学时刚刚被更正过，留着不动。")) from error
        _count_in_day(learner, day, -sum(e.ms for e in entries))


def _check(draft: Draft, *, today: date) -> None:
    """Bring the cells of a line to what is stored, or say of each what is wrong with it."""
    data = draft.data
    if not data["phone"] and not data["identity_number"]:
        draft.refuse(_("手机号和身份证号至少填一个。"))
    for key, title, normalize in (
        ("phone", "手机号", normalize_phone),
        ("identity_number", "身份证号", lambda t: normalize_identity_number(t, today=today)),
    ):
        try:
            data[key] = normalize(data[key]) if data[key] else ""
        except ValueError:
            draft.refuse(_("“{title}”不对：{text}").format(title=_(title), text=data[key][:30]))
    found = _DATE.fullmatch(data["day"])
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not date(2000, 1, 1) <= day <= today:
        draft.refuse(_("“学习日期”写成 2026-03-07 的样子，不能晚于今天。"))
    else:
        data["day"] = day.isoformat()
    at = _TIME.fullmatch(data["time"]) if data["time"] else None
    if data["time"] and at is None:
        draft.refuse(_("“开始时间”写成 19:30 的样子。"))
    data["from_ms"] = (int(at[1]) * 60 + int(at[2] or 0)) * _MINUTE_MS if at else None
    data["ms"] = _length(draft)
    if len(data["course"]) > 120 or len(data["platform"]) > 40:
        draft.refuse(_("课程最多 120 个字，平台最多 40 个字。"))
    if data["occupation"] and not re.fullmatch(r"[1-8](-\d\d){3}", data["occupation"]):
        draft.refuse(_("“职业代码”的样子是 6-18-02-04。"))
    data["line"] = draft.line
    said = f"{data['platform']}\0{data['course']}\0{data['day']}\0{data['time']}"
    data["activity"] = f"urn:skillspower:import:{hashlib.sha256(said.encode()).hexdigest()}"


def _length(draft: Draft) -> int:
    text, unit = (
        (draft.data["minutes"], 1) if draft.data["minutes"] else (draft.data["hours"], _LESSON_MINUTES)
    )
    try:
        minutes = float(re.sub(r"(分钟|分|学时|课时)$", "", text)) * unit
    except ValueError:
        minutes = 0
    if not 0 < minutes <= _MOST_MINUTES:
        draft.refuse(_("“时长（分钟）”或“学时”填一个，一天最多 16 小时。"))
        return 0
    return int(minutes * _MINUTE_MS)


def _identity_index(number: str) -> str:
    return keys.blind_index(plain_form(number), context="accounts.Person.identity_number") if number else "-"


def _people(drafts: Sequence[Draft]) -> dict[str, Person]:
    """Return everybody whom the lines may mean by their blind indexes, a few statements for all."""
    found: dict[str, Person] = {}
    numbers: dict[str, set[Any]] = {
        "identity_index": {_identity_index(d.data["identity_number"]) for d in drafts} - {"-"},
        "phone_index": {phone_index(d.data["phone"]) for d in drafts if d.data["phone"]} - {None},
    }
    for column, wanted in numbers.items():
        values = sorted(str(value) for value in wanted)
        for start in range(0, len(values), 500):
            for person in Person.objects.filter(**{f"{column}__in": values[start : start + 500]}):
                found[getattr(person, column)] = person
    return found


def _refuse_known(drafts: Sequence[Draft], unions: dict[date, dict[UUID, UUID]], inside: set[UUID]) -> None:
    """Refuse who was no member here on that day, and say of records that stand already that nothing changes."""
    seen: set[tuple[str, str]] = set()
    for draft in drafts:
        if draft.errors:
            continue
        day, learner = date.fromisoformat(draft.data["day"]), UUID(draft.target)
        if unions[day].get(learner) not in inside:
            draft.refuse(_("这一天，这位工友还不是这家工会的会员。"))
        elif (draft.target, draft.data["activity"]) in seen:
            draft.refuse(_("和前面的一行是同一条记录。"))
        seen.add((draft.target, draft.data["activity"]))
    fine = [d for d in drafts if not d.errors]
    stand: set[tuple[str, str]] = set()
    for start in range(0, len(fine), 500):
        part = fine[start : start + 500]
        rows = LedgerEntry.objects.filter(
            kind=LedgerEntry.Kind.IMPORT,
            learner__in={d.target for d in part},
            activity__in={d.data["activity"] for d in part},
        )
        entries = list(rows.values_list("learner", "activity", "n"))
        reversed_ones = set(
            LedgerEntry.objects.filter(
                kind=LedgerEntry.Kind.REVERSAL,
                learner__in={learner for learner, _activity, _n in entries},
                refers_to__in={n for _learner, _activity, n in entries},
            ).values_list("learner", "refers_to")
        )
        stand |= {(str(learner), a) for learner, a, n in entries if (learner, n) not in reversed_ones}
    for draft in fine:
        if (draft.target, draft.data["activity"]) in stand:
            draft.action = ImportRow.Action.UNCHANGED


def _stands(learner: UUID, day: date, activity: str) -> bool:
    rows = LedgerEntry.objects.filter(
        learner=learner, month__gte=month_start(day), activity=activity, kind=LedgerEntry.Kind.IMPORT
    )
    numbers = list(rows.values_list("n", flat=True))
    taken_back = LedgerEntry.objects.filter(
        learner=learner, kind=LedgerEntry.Kind.REVERSAL, refers_to__in=numbers
    )
    return len(numbers) > taken_back.count()


def _left_of_day(learner: UUID, day: date, cap_ms: int | None, wanted: int) -> int:
    """Return how much of the wanted time the day's cap leaves."""
    if cap_ms is None:
        return wanted
    rows = LedgerEntry.objects.filter(learner=learner, month__gte=month_start(day), day=day)
    used = rows.exclude(kind=LedgerEntry.Kind.ATTRIBUTION).aggregate(ms=Sum("ms"))["ms"] or 0
    return max(0, min(wanted, cap_ms - used))


def _laid(learner: UUID, begins: int, from_ms: int | None, wanted: int) -> list[tuple[int, int]]:
    """
    Return the free instants of a day that so much time is laid on: of the given stretch only, or, where no time of day is
    known, of the whole day from eight on.
    """
    if from_ms is not None:
        stretches = [(begins + from_ms, min(begins + from_ms + wanted, begins + _DAY_MS))]
    else:
        stretches = [(begins + _FROM_MS, begins + _DAY_MS), (begins, begins + _FROM_MS)]
    pieces: list[tuple[int, int]] = []
    for t_from, t_to in stretches:
        for start, end in free_clock(learner=learner, t_from=t_from, t_to=t_to):
            if wanted <= 0:
                return pieces
            end = min(end, start + wanted)
            pieces.append((start, end))
            wanted -= end - start
    return pieces


def _count_in_day(learner: UUID, day: date, ms: int) -> None:
    """Let the day's cap know of the time, as of a grant's."""
    state = StudyState.objects.only("days").get(pk=learner)
    days = load_days(state.days)
    days[day] = max(0, days.get(day, 0) + ms)
    StudyState.objects.filter(pk=learner).update(days=dump_days(days))
