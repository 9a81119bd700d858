"""The tree itself: unions with the one they stand under, on the administrative line. A parent may stand in the same table."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.importer.base import Column, Draft, Importer, RowConflict
from core.importer.models import ImportRow, ImportRun
from unions import operations
from unions.exceptions import UnionError
from unions.models import Line, Membership, Union, UnionKind, UnionPlace
from unions.queries import active
from unions.rules import child_level_fits, normalize_code, normalize_credit_code

DETAILS = ("short_name", "credit_code", "region_code", "industry")


class TreeImporter(Importer):
    kind = "unions.tree"
    columns = (
        Column("code", "代码", is_required=True, help="3–24 位大写字母、数字或短横", example="SL-001"),
        Column("name", "名称", is_required=True, example="示例机械厂工会"),
        Column("kind", "类型", is_required=True, help="类型代码或名称，例：BASE", example="BASE"),
        Column("parent", "上级代码", help="最上面一级不填", example=""),
        Column("short_name", "简称", example="示例机械厂"),
        Column("credit_code", "统一社会信用代码", help="工会自己的，8 开头", example=""),
        Column("region_code", "行政区划代码", help="6 位", example=""),
        Column("industry", "行业门类", help="GB/T 4754 的一个字母", example="C"),
        Column("opened_on", "成立日期", help="不填就从导入这天算", example="2001-05-01"),
    )

    def page_of(self, run: ImportRun) -> str:
        kind, _, union = run.scope.partition(":")
        return f"/unions/{union}/import/tree/{run.uuid}/" if kind == "union" else ""

    def sample(self, *, options: dict[str, Any]) -> dict[str, str]:
        """A union of a kind that may stand below the root, else below the top of the tree."""
        cells = super().sample(options=options)
        unions = Union.objects.select_related("kind").filter(closed_on__isnull=True)
        root = options.get("root")
        above = (unions.filter(pk=root) if root else unions.order_by("depth", "code")).first()
        if above is None:
            return cells
        fitting = [
            kind.code
            for kind in UnionKind.objects.order_by("level", "code")
            if child_level_fits(
                lowest=above.kind.lowest_child_level,
                highest=above.kind.highest_child_level,
                child_level=kind.level,
            )
        ]
        kind = cells["kind"] if cells["kind"] in fitting else next(iter(fitting), cells["kind"])
        return {**cells, "parent": above.code, "kind": kind}

    def is_sample(self, cells: dict[str, str]) -> bool:
        return all(cells[c.key] == c.example for c in self.columns if c.key in {"code", "name", "short_name"})

    def plan(self, drafts: Sequence[Draft], *, options: dict[str, Any]) -> None:
        """``options``: today (ISO day), root (id of the union below which all must stand; null for the operator)."""
        today = date.fromisoformat(options["today"])
        kinds = {k.code: k for k in UnionKind.objects.all()}
        kinds |= {k.name: k for k in kinds.values()}
        for draft in drafts:
            _check(draft, kinds=kinds, today=today)
        fine = [d for d in drafts if not d.errors]
        codes = {d.data["code"] for d in fine} | {d.data["parent"] for d in fine if d.data["parent"]}
        known = {u.code: u for u in Union.objects.filter(code__in=codes).select_related("kind")}
        parents = {
            p.union_id: p.parent.code if p.parent else ""
            for p in UnionPlace.objects.filter(
                active(today), union__in=known.values(), line=Line.ADMINISTRATIVE
            ).select_related("parent")
        }
        root = Union.objects.get(pk=options["root"]) if options.get("root") else None
        planned: dict[str, Draft] = {}
        for draft in fine:
            _judge(draft, planned=planned, known=known, parents=parents, kinds=kinds, root=root)
            planned.setdefault(draft.data["code"], draft)

    def apply(
        self, data: dict[str, Any], *, target: str, options: dict[str, Any], actor: UUID | None
    ) -> tuple[str, Any]:
        today = date.fromisoformat(options["today"])
        parent = (
            Union.objects.select_related("kind").filter(code=data["parent"]).first()
            if data["parent"]
            else None
        )
        if data["parent"] and parent is None:
            raise RowConflict(_("上级没有导入成功。"))
        union = Union.objects.select_related("kind").filter(code=data["code"]).first()
        try:
            if union is None:
                union = operations.open_union(
                    code=data["code"],
                    name=data["name"],
                    kind=data["kind"],
                    parent=parent,
                    on=date.fromisoformat(data["opened_on"]),
                    **{k: data[k] for k in DETAILS},
                )
                return str(union.uuid), {"new": True}
            before = {
                "new": False,
                "name": union.name,
                **{k: getattr(union, k) for k in DETAILS},
                "moved_from": None,
            }
            if union.name != data["name"]:
                operations.rename_union(union=union, name=data["name"])
            for key in DETAILS:
                if data[key]:
                    setattr(union, key, data[key])
            union.save(update_fields=list(DETAILS))
            place = UnionPlace.objects.filter(active(today), union=union, line=Line.ADMINISTRATIVE).first()
            if place is None or place.parent_id != (parent.pk if parent else None):
                before["moved_from"] = {"parent": place.parent_id if place else None}
                operations.move_union(union=union, parent=parent, on=today)
            return str(union.uuid), before
        except UnionError as error:
            raise RowConflict(str(error)) from error

    def undo(self, data: dict[str, Any], *, target: str, before: Any, actor: UUID | None) -> None:
        union = Union.objects.select_related("kind").filter(uuid=target).first()
        if union is None:
            return
        if before["new"]:
            used = (
                Membership.objects.filter(union=union).exists()
                or UnionPlace.objects.filter(parent=union).exists()
                or union.appointments.exists()
                or union.join_requests.exists()
            )
            if used:
                raise RowConflict(_("这家工会下面已经有人或有下级，留着不动。"))
            union.places.all().delete()
            union.delete()
            return
        if before["moved_from"] is not None:
            place = union.places.filter(line=Line.ADMINISTRATIVE, active_to__isnull=True).first()
            parent = Union.objects.select_related("kind").filter(pk=before["moved_from"]["parent"]).first()
            if place is None:
                raise RowConflict(_("这家工会后来又动过，留着不动。"))
            try:
                operations.move_union(union=union, parent=parent, on=place.active_from)
            except UnionError as error:
                raise RowConflict(str(error)) from error
        if union.name != before["name"]:
            operations.rename_union(union=union, name=before["name"])
        for key in DETAILS:
            setattr(union, key, before[key])
        union.save(update_fields=list(DETAILS))


def _check(draft: Draft, *, kinds: dict[str, UnionKind], today: date) -> None:
    data = draft.data
    data["code"], data["parent"] = normalize_code(data["code"]), normalize_code(data["parent"])
    if not (
        3 <= len(data["code"]) <= 24 and data["code"].isascii() and data["code"].replace("-", "").isalnum()
    ):
        draft.refuse(_("“代码”是 3–24 位大写字母、数字或短横。"))
    if len(data["name"]) > 120 or len(data["short_name"]) > 60:
        draft.refuse(_("名称最多 120 个字，简称最多 60 个字。"))
    kind = kinds.get(data["kind"].upper()) or kinds.get(data["kind"])
    if kind is None:
        draft.refuse(_("没有“{kind}”这种类型。").format(kind=data["kind"][:30]))
    else:
        data["kind"] = kind.code
    if data["credit_code"]:
        try:
            data["credit_code"] = normalize_credit_code(data["credit_code"], union=True)
        except ValueError:
            draft.refuse(_("“统一社会信用代码”不对，工会的是 8 开头的 18 位。"))
    if data["region_code"] and not (len(data["region_code"]) == 6 and data["region_code"].isdecimal()):
        draft.refuse(_("“行政区划代码”是 6 位数字。"))
    data["industry"] = data["industry"].upper()
    if data["industry"] and not (len(data["industry"]) == 1 and "A" <= data["industry"] <= "T"):
        draft.refuse(_("“行业门类”是 A 到 T 的一个字母。"))
    text = data["opened_on"] or today.isoformat()
    try:
        if not date(1900, 1, 1) <= date.fromisoformat(text.replace("/", "-")) <= today:
            raise ValueError(text)
        data["opened_on"] = date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        draft.refuse(_("“成立日期”写成 2001-05-01 的样子，不能晚于今天。"))


def _judge(
    draft: Draft,
    *,
    planned: dict[str, Draft],
    known: dict[str, Union],
    parents: dict[int, str],
    kinds: dict[str, UnionKind],
    root: Union | None,
) -> None:
    data = draft.data
    if data["code"] in planned:
        draft.refuse(_("“代码”在表里出现了不止一次。"))
        return
    above = planned.get(data["parent"])
    if data["parent"] and above is None and data["parent"] not in known:
        draft.refuse(_("没有上级 {code}。上级要写在前面，或者已经在系统里。").format(code=data["parent"]))
        return
    if above is not None and above.errors:
        draft.refuse(_("上级那一行没有通过。"))
        return
    if data["parent"]:
        kind = kinds[above.data["kind"]] if above is not None else known[data["parent"]].kind
        if not child_level_fits(
            lowest=kind.lowest_child_level,
            highest=kind.highest_child_level,
            child_level=kinds[data["kind"]].level,
        ):
            draft.refuse(_("这一级工会不能放在它下面。"))
            return
    if root is not None and above is None:
        parent = known.get(data["parent"])
        if parent is None or not parent.path.startswith(root.path):
            draft.refuse(_("上级要在你管的范围里。"))
            return
    union = known.get(data["code"])
    if union is None:
        return
    draft.target = str(union.uuid)
    if union.kind_id != data["kind"]:
        draft.refuse(_("已有这个代码，类型不一样。类型不能改，请换代码新建再合并。"))
    elif root is not None and not union.path.startswith(root.path):
        draft.refuse(_("这家工会不在你管的范围里。"))
    else:
        same = union.name == data["name"] and parents.get(union.pk, "") == data["parent"]
        same = same and all(not data[k] or getattr(union, k) == data[k] for k in DETAILS)
        draft.action = ImportRow.Action.UNCHANGED if same else ImportRow.Action.CHANGED
