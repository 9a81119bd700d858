"""
A union's roll: who is a member of it or of a workshop or group below it.

A line is the same person as somebody known by identity number, else by phone number, else by a name that occurs once
among the members of this union. People who sign in own their number: a roll does not change it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.api import Person, User, name_index, phone_index
from accounts.rules import display_name_of, normalize_identity_number, normalize_phone, plain_form
from core.db import lock_rows
from core.importer.base import Column, Draft, Importer, RowConflict
from core.importer.models import ImportRow, ImportRun
from unions.models import Membership, Union
from unions.operations.membership import earliest_start, end_requests, publish_confirmed
from unions.queries import active
from unions.rules import normalize_code

YES, NO = {"是", "1", "y", "yes", "true", "√"}, {"否", "0", "n", "no", "false", ""}
GENDERS = {"男": "m", "女": "f", "": ""}
LEVELS = {
    name: rank
    for rank, names in enumerate(
        ["学徒工", "五级 初级工 五级/初级工 5", "四级 中级工 四级/中级工 4", "三级 高级工 三级/高级工 3", "二级 技师 二级/技师 2",
         "一级 高级技师 一级/高级技师 1", "特级技师", "首席技师"], start=1,
    )
    for name in names.split()
}  # fmt: skip
_OCCUPATION = re.compile(r"[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
PERSONAL = (
    "name", "phone", "identity_number", "gender", "born_on", "occupation_code", "level_rank", "is_migrant_worker",
    "is_new_employment",
)  # fmt: skip


class MemberImporter(Importer):
    kind = "unions.members"
    columns = (
        Column("name", "姓名", is_required=True, help="证件上的名字", example="张示例", also=("会员姓名",)),
        Column(
            "phone",
            "手机号",
            help="11 位，用来登录和认人",
            example="13800000000",
            also=("手机", "电话", "联系电话"),
        ),
        Column(
            "identity_number", "身份证号", help="没有可以不填", example="", also=("证件号码", "身份证号码")
        ),
        Column("gender", "性别", help="男或女", example="男"),
        Column("born_on", "出生日期", help="例：1990-03-07", example="1990-03-07", also=("出生年月",)),
        Column("occupation_code", "职业代码", help="职业分类大典的代码", example="6-18-02-04"),
        Column("level", "技能等级", help="例：四级/中级工", example="四级/中级工"),
        Column("is_migrant_worker", "农民工", help="是或否", example="否"),
        Column("is_new_employment", "新就业形态", help="是或否", example="否"),
        Column(
            "unit", "车间班组代码", help="不填就记在这家工会", example="", also=("下级工会代码", "班组代码")
        ),
        Column("since", "入会日期", help="不填就从导入这天算", example="2020-01-01", also=("入会时间",)),
    )

    def page_of(self, run: ImportRun) -> str:
        kind, _, union = run.scope.partition(":")
        return f"/unions/{union}/import/members/{run.uuid}/" if kind == "union" else ""

    def plan(self, drafts: Sequence[Draft], *, options: dict[str, Any]) -> None:
        """``options``: union (id of the union whose roll it is), today (ISO day)."""
        today = date.fromisoformat(options["today"])
        root = Union.objects.get(pk=options["union"])
        units = {
            u.code: u
            for u in Union.objects.filter(
                path__startswith=root.path, kind__is_primary=True, closed_on__isnull=True
            )
        }
        for draft in drafts:
            _check(draft, units=units, root=root, today=today)
        fine = [d for d in drafts if not d.errors]
        _refuse_repeated(fine)
        fine = [d for d in fine if not d.errors]
        known = _Known(fine, root=root, today=today)
        for draft in fine:
            known.judge(draft, today=today)

    def apply(
        self, data: dict[str, Any], *, target: str, options: dict[str, Any], actor: UUID | None
    ) -> tuple[str, Any]:
        today = date.fromisoformat(options["today"])
        person = lock_rows(Person.objects.filter(uuid=target)).first() if target else None
        before: dict[str, Any] = {"new": person is None, "personal": {}, "membership": None}
        if person is None:
            if _taken(data):
                raise RowConflict(_("预览之后，这个号码已经被别人登记了。重新导入一次。"))
            person = Person(display_name=display_name_of(data["name"]))
        for key in PERSONAL:
            value = data[key]
            if key == "phone" and person.pk and _owns_number(person):
                continue
            old = getattr(person, key)
            if value in ("", None) or _plain(old) == value:
                continue
            before["personal"][key] = _plain(old)
            setattr(person, key, date.fromisoformat(value) if key == "born_on" else value)
        person.save()
        before["after"] = {key: _plain(getattr(person, key)) for key in before["personal"]}
        before["membership"] = _enrol(person, unit=data["unit"], since=data["since"], today=today)
        return str(person.uuid), before

    def undo(self, data: dict[str, Any], *, target: str, before: Any, actor: UUID | None) -> None:
        person = lock_rows(Person.objects.filter(uuid=target)).first()
        if person is None:
            return
        if before["new"] and person.registered_at is not None:
            raise RowConflict(_("这位工友已经登录用起来了，留着不动。"))
        _undo_membership(person, before["membership"])
        if before["new"]:
            if person.memberships.exists() or User.objects.filter(person=person).exists():
                raise RowConflict(_("这位工友后来又有了变动，留着不动。"))
            person.delete()
            return
        changed_since = [k for k, v in before["after"].items() if _plain(getattr(person, k)) != v]
        if changed_since:
            raise RowConflict(_("这位工友的资料后来又改过，留着不动。"))
        for key, value in before["personal"].items():
            setattr(person, key, date.fromisoformat(value) if key == "born_on" and value else value)
        person.save()


def _check(draft: Draft, *, units: dict[str, Union], root: Union, today: date) -> None:
    """Bring the cells of a line to their stored form, or say of each what is wrong with it."""
    raw, data = draft.data, draft.data
    if len(raw["name"]) > 40:
        draft.refuse(_("“姓名”最多 40 个字。"))
    data["phone"] = _cell(draft, "手机号", raw["phone"], normalize_phone)
    data["identity_number"] = _cell(
        draft, "身份证号", raw["identity_number"], lambda t: normalize_identity_number(t, today=today)
    )
    data["born_on"] = _cell(draft, "出生日期", raw["born_on"], lambda t: _day(t, not_after=today))
    data["since"] = (
        _cell(draft, "入会日期", raw["since"], lambda t: _day(t, not_after=today)) or today.isoformat()
    )
    if raw["gender"] not in GENDERS:
        draft.refuse(_("“性别”写男或女。"))
    data["gender"] = GENDERS.get(raw["gender"], "")
    if raw["occupation_code"] and not _OCCUPATION.fullmatch(raw["occupation_code"]):
        draft.refuse(_("“职业代码”的样子是 6-18-02-04。"))
    level = data.pop("level")
    if level and level not in LEVELS:
        draft.refuse(_("“技能等级”认不出来，例：四级/中级工。"))
    data["level_rank"] = LEVELS.get(level)
    for key, title in (("is_migrant_worker", "农民工"), ("is_new_employment", "新就业形态")):
        text = str(raw[key]).lower()
        if text not in YES | NO:
            draft.refuse(_("“{title}”写是或否。").format(title=title))
        data[key] = text in YES
    number = data["identity_number"]
    if number:
        # The number says both; the table's own cells may be empty, but not different.
        born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        gender = "m" if int(number[16]) % 2 else "f"
        if data["born_on"] not in ("", born) or data["gender"] not in ("", gender):
            draft.refuse(_("身份证号和出生日期、性别对不上。"))
        data["born_on"], data["gender"] = born, gender
    code = normalize_code(raw["unit"])
    unit = units.get(code) if code else root
    if unit is None:
        draft.refuse(_("“车间班组代码”不在这家工会下面。"))
    data["unit"] = unit.pk if unit else None


def _cell(draft: Draft, title: str, text: str, normalize: Any) -> str:
    if not text:
        return ""
    try:
        return str(normalize(text))
    except ValueError:
        draft.refuse(_("“{title}”不对：{text}").format(title=title, text=text[:30]))
        return text


def _day(text: str, *, not_after: date) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    day = date(*(int(part) for part in found.groups()))
    if not date(1900, 1, 1) <= day <= not_after:
        raise ValueError(text)
    return day.isoformat()


def _refuse_repeated(drafts: Sequence[Draft]) -> None:
    for key, title in (("identity_number", "身份证号"), ("phone", "手机号")):
        times = Counter(d.data[key] for d in drafts if d.data[key])
        seen: set[str] = set()
        for draft in drafts:
            value = draft.data[key]
            if times.get(value, 0) > 1:
                if value in seen:
                    draft.refuse(_("“{title}”在表里出现了不止一次。").format(title=title))
                seen.add(value)


class _Known:
    """Everybody whom the lines may mean, read in a few statements however many lines there are."""

    def __init__(self, drafts: Sequence[Draft], *, root: Union, today: date) -> None:
        self.by_identity = _index(
            "identity_index", (_identity_index(d.data["identity_number"]) for d in drafts)
        )
        self.by_phone = _index("phone_index", (phone_index(d.data["phone"]) for d in drafts))
        self.by_name: dict[str, list[Person]] = {}
        of_root = Membership.objects.filter(active(today), union__path__startswith=root.path)
        names = [name_index(d.data["name"]) for d in drafts]
        for start in range(0, len(names), 500):
            found = Person.objects.filter(
                name_index__in=names[start : start + 500], pk__in=of_root.values("member")
            )
            for person in found:
                self.by_name.setdefault(person.name_index or "", []).append(person)
        people = {p.pk: p for p in (*self.by_identity.values(), *self.by_phone.values())}
        people |= {p.pk: p for group in self.by_name.values() for p in group}
        self.memberships: dict[int, Membership] = {}
        for part in _parts(list(people)):
            for m in Membership.objects.filter(active(today), member__in=part).select_related("union"):
                self.memberships[m.member_id] = m
        self.owners = {
            pk
            for part in _parts(list(people))
            for pk in User.objects.filter(person__in=part, phone_verified_at__isnull=False).values_list(
                "person", flat=True
            )
        }
        self.root = root

    def judge(self, draft: Draft, *, today: date) -> None:
        data = draft.data
        person = self.by_identity.get(_identity_index(data["identity_number"]) or "-")
        by_phone = self.by_phone.get(phone_index(data["phone"]) or "-")
        if person is None and by_phone is not None:
            if plain_form(by_phone.name) not in ("", plain_form(data["name"])):
                draft.refuse(_("这个手机号登记的是另一个名字。核对后再导。"))
                return
            person = by_phone
        elif person is not None and by_phone is not None and by_phone.pk != person.pk:
            draft.refuse(_("身份证号和手机号登记在两个人名下。核对后再导。"))
            return
        if person is None and not data["identity_number"] and not data["phone"]:
            same = self.by_name.get(name_index(data["name"]) or "-", [])
            if len(same) > 1:
                draft.refuse(_("有不止一位同名会员，请填手机号或身份证号。"))
                return
            person = same[0] if same else None
        if person is None:
            return
        membership = self.memberships.get(person.pk)
        if membership is not None and not membership.union.path.startswith(self.root.path):
            draft.refuse(_("这位工友已是别家工会的会员，请走会籍转接。"))
            return
        if person.pk in self.owners and data["phone"] and _plain(person.phone) != data["phone"]:
            draft.refuse(_("这位工友自己在用另一个手机号登录，号码由本人改。"))
            return
        draft.target = str(person.uuid)
        differs = any(data[k] not in ("", None) and _plain(getattr(person, k)) != data[k] for k in PERSONAL)
        stays = membership is not None and membership.union_id == data["unit"]
        draft.action = ImportRow.Action.UNCHANGED if stays and not differs else ImportRow.Action.CHANGED


def _identity_index(number: str) -> str | None:
    return Person._meta.get_field("identity_index").index_of(number)


def _index(column: str, values: Iterable[str | None]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for part in _parts([v for v in values if v]):
        for person in Person.objects.filter(**{f"{column}__in": part}):
            found[getattr(person, column)] = person
    return found


def _parts(values: list[Any], size: int = 500) -> list[list[Any]]:
    return [values[n : n + size] for n in range(0, len(values), size)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _owns_number(person: Person) -> bool:
    return User.objects.filter(person=person, phone_verified_at__isnull=False).exists()


def _taken(data: dict[str, Any]) -> bool:
    condition = Q(pk=None)
    if data["phone"]:
        condition |= Q(phone_index=phone_index(data["phone"]))
    if data["identity_number"]:
        condition |= Q(identity_index=_identity_index(data["identity_number"]))
    return Person.objects.filter(condition).exists()


def _enrol(person: Person, *, unit: int, since: str, today: date) -> dict[str, Any] | None:
    """Make the person a member of the unit; return what undo needs, or None when that was so already."""
    current = Membership.objects.filter(active(today), member=person).select_related("union").first()
    union = Union.objects.get(pk=unit)
    if current is not None and current.union_id == unit:
        return None
    if current is not None and not _same_roll(current.union, union):
        raise RowConflict(_("预览之后，这位工友成了别家工会的会员。"))
    last = Membership.objects.filter(member=person).order_by("-active_from").first()
    begins = date.fromisoformat(since) if current is None else today
    if last is not None and current is None and last.active_to is not None:
        begins = max(begins, last.active_to)
    if (earliest := earliest_start(person.uuid)) is not None:
        begins = max(begins, earliest)
    ended = None
    if current is not None:
        ended = {"id": current.pk, "union": current.union_id, "from": current.active_from.isoformat()}
        if current.active_from >= today:
            current.delete()
        else:
            current.active_to = today
            current.save(update_fields=["active_to"])
    made = Membership.objects.create(member=person, union=union, active_from=begins, source="import")
    if person.registered_at is not None:
        publish_confirmed(person=person.uuid, union=union.uuid, starts_on=begins, source="import")
        if current is None:
            end_requests(person)
    return {"made": made.pk, "ended": ended}


def _same_roll(one: Union, other: Union) -> bool:
    """Tell whether two unions lie under the same primary union: a move inside it needs no transfer."""
    shared = 0
    while one.path[shared : shared + 6] == other.path[shared : shared + 6] != "":
        shared += 6
    return Union.objects.filter(path=one.path[:shared], kind__is_primary=True).exists()


def _undo_membership(person: Person, did: dict[str, Any] | None) -> None:
    if did is None:
        return
    made = Membership.objects.filter(pk=did["made"], member=person, active_to__isnull=True).first()
    if made is None:
        raise RowConflict(_("这位工友的会籍后来又动过，留着不动。"))
    made.delete()
    ended = did["ended"]
    if ended is None:
        return
    row = Membership.objects.filter(pk=ended["id"]).first()
    if row is not None:
        row.active_to = None
        row.save(update_fields=["active_to"])
    else:
        Membership.objects.create(
            member=person,
            union_id=ended["union"],
            active_from=date.fromisoformat(ended["from"]),
            source="import",
        )
