"""Bringing a standard in from its workbook: all of it or nothing, into a draft that is published when all is right."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.importer.base import Column, Draft, Importer, RowConflict, register
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import UnreadableTable, read_book
from occupations.models import Occupation, OccupationalStandard
from occupations.operations.standards import (
    StandardFrozen,
    StandardIncomplete,
    StandardInUse,
    StandardOverlaps,
    day_or_none,
    delete_standard,
    publish_standard,
    save_content,
    set_validity,
    take_back,
)
from occupations.queries.standards import content_of, level_labels
from occupations.rules import facts, from_plain, plain
from occupations.sheet_reader import Line, Parsed, parse
from occupations.words import fact_words

STANDARD = "occupations.standard"
GONE = "gone"
"""The target of a line that the file has no more."""
_VALIDITY = {"head/active_from", "head/active_to"}


class StandardImporter(Importer):
    """``target`` is the standard's uuid; ``before`` the content that stood there, and whether it was published."""

    kind = STANDARD
    is_whole = True
    columns = (Column("place", "位置"), Column("text", "内容"), Column("was", "原来"))

    def page_of(self, run: ImportRun) -> str:
        return f"/cms/standards/import/{run.uuid}/"

    def read(self, content: bytes) -> list[Draft]:
        labels = level_labels()
        parsed = parse(read_book(content), labels=labels)
        if not labels:
            raise UnreadableTable(_("还没有职业和等级。先运行 load_occupations。"))
        _check_occupation(parsed)
        there = OccupationalStandard.objects.filter(
            occupation=parsed.content.occupation, edition=parsed.content.edition
        ).first()
        stands = facts(content_of(there)) if there else {}
        comes = facts(parsed.content) if parsed.is_fine else {}
        drafts = [_draft(line, stands, comes, labels) for line in parsed.lines]
        drafts += [_gone(key, stands[key], labels) for key in stands if parsed.is_fine and key not in comes]
        if there is not None and not there.is_draft and parsed.is_fine:
            _refuse_changes(parsed, drafts)
        drafts[0].data = {"content": plain(parsed.content)}
        for number, draft in enumerate(drafts, start=1):
            draft.line = number
            if draft.target != GONE:
                draft.target = str(there.uuid) if there else ""
        return drafts

    def plan(self, drafts: Sequence[Draft], *, options: dict[str, Any]) -> None:
        """All was judged by :meth:`read`, which sees the whole."""

    def apply(
        self, data: dict[str, Any], *, target: str, options: dict[str, Any], actor: UUID | None
    ) -> tuple[str, Any]:
        content = from_plain(data["content"])
        there = OccupationalStandard.objects.filter(
            occupation=content.occupation, edition=content.edition
        ).first()
        before: dict[str, Any] = {
            "content": plain(content_of(there)) if there else None,
            "was_published": there is not None and not there.is_draft,
        }
        try:
            if there is not None and not there.is_draft:
                begin, end = day_or_none(content.active_from), day_or_none(content.active_to)
                if begin is None:
                    raise RowConflict(_("已经发布的版本要有生效日期。"))
                set_validity(standard=there, active_from=begin, active_to=end, actor=actor)
            else:
                there = save_content(content=content, actor=actor)
                publish_standard(standard=there, now=timezone.now(), actor=actor)
        except StandardOverlaps as error:
            raise RowConflict(_overlap_words(content.occupation, content.edition)) from error
        except (StandardFrozen, StandardIncomplete) as error:
            raise RowConflict(_("这个标准刚刚被人改过。重新上传，看看预览。")) from error
        except ProtectedError as error:
            raise RowConflict(_("已经有课程对着这一版标准，草稿不能再换内容。")) from error
        return str(there.uuid), before

    def undo(self, data: dict[str, Any], *, target: str, before: Any, actor: UUID | None) -> None:
        standard = OccupationalStandard.objects.filter(uuid=target).first()
        if standard is None:
            return
        try:
            if before["was_published"]:
                content = before["content"]
                set_validity(
                    standard=standard,
                    active_from=day_or_none(content["active_from"]) or standard.active_from,  # type: ignore[arg-type]
                    active_to=day_or_none(content["active_to"]),
                    actor=actor,
                )
            elif before["content"] is None:
                delete_standard(standard=standard, actor=actor)
            else:
                take_back(standard=standard, actor=actor)
                save_content(content=from_plain(before["content"]), actor=actor)
        except StandardInUse as error:
            raise RowConflict(_("已经有课程对着这一版标准，留着不动。")) from error
        except StandardOverlaps as error:
            raise RowConflict(_overlap_words(standard.occupation_id, standard.edition)) from error


def _overlap_words(occupation: str, edition: str) -> str:
    others = OccupationalStandard.objects.filter(occupation=occupation, published_at__isnull=False)
    names = "、".join(others.exclude(edition=edition).values_list("edition", flat=True))
    return _("概况：同一天只能有一版标准有效，和“{names}”重叠。先给那一版填失效日期。").format(names=names)


def _check_occupation(parsed: Parsed) -> None:
    content = parsed.content
    line = next(ln for ln in parsed.lines if ln.key == "head/occupation")
    occupation = Occupation.objects.filter(code=content.occupation).first()
    if occupation is None:
        line.refuse(
            2,
            _("没有代码是“{code}”的职业。照职业分类大典写，例如 6-18-02-04。").format(
                code=content.occupation[:20]
            ),
        )
    elif parsed.name and parsed.name != occupation.name:
        line.refuse(
            2,
            _("{code} 是“{name}”，表里写的是“{other}”。核对代码和名称。").format(
                code=occupation.code, name=occupation.name, other=parsed.name[:40]
            ),
        )
    else:
        others = OccupationalStandard.objects.filter(occupation=occupation, published_at__isnull=False)
        for other in others.exclude(edition=content.edition):
            begin, end = content.active_from, content.active_to
            before = end and other.active_from and end <= other.active_from.isoformat()
            after = other.active_to and begin and begin >= other.active_to.isoformat()
            if not before and not after:
                at = next((ln for ln in parsed.lines if ln.key == "head/active_from"), line)
                at.refuse(
                    2,
                    _(
                        "同一天只能有一版标准有效，和“{edition}”重叠。先给那一版填失效日期，或者换生效日期。"
                    ).format(edition=other.edition),
                )


def _draft(line: Line, stands: dict[str, Any], comes: dict[str, Any], labels: dict[int, str]) -> Draft:
    draft = Draft(line=0, cells={"place": f"{line.sheet}!A{line.row}", "text": line.text, "was": ""})
    draft.data = {}
    if line.wrong:
        draft.refuse(*line.wrong)
    elif line.key in {"head/name", "weights"} or (
        line.key in stands and stands[line.key] == comes.get(line.key)
    ):
        draft.action = ImportRow.Action.UNCHANGED
    elif line.key in stands:
        draft.action = ImportRow.Action.CHANGED
        draft.cells["was"] = fact_words(line.key, stands[line.key], labels)
    return draft


def _gone(key: str, fact: Any, labels: dict[int, str]) -> Draft:
    """A line for what stands and is not in the file."""
    cells = {"place": _("现有的标准"), "text": "", "was": fact_words(key, fact, labels)}
    draft = Draft(line=0, cells=cells, action=ImportRow.Action.CHANGED, target=GONE)
    draft.data = {}
    return draft


def _refuse_changes(parsed: Parsed, drafts: list[Draft]) -> None:
    """A published edition is fixed but for its validity."""
    keys = [line.key for line in parsed.lines]
    for number, draft in enumerate(drafts):
        key = keys[number] if number < len(keys) else ""
        if draft.action in {ImportRow.Action.NEW, ImportRow.Action.CHANGED} and key not in _VALIDITY:
            draft.refuse(
                _("{place}：“{edition}”已经发布，内容不能改。在“概况”的“版本”里写一个新的版本。").format(
                    place=draft.cells["place"], edition=parsed.content.edition
                )
            )


def register_importers() -> None:
    """Make the importer of standards known."""
    register(StandardImporter())
