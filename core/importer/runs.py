"""A run from its file to its end: planned, applied in the background, taken back as a whole."""

import io
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook

from core import audit, inbox, jobs
from core.db import lock_rows
from core.importer.base import Draft, Importer, RowConflict, importer_of
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import UnreadableTable, csv_file, read_table
from core.jobs.models import Job

APPLY = "core.import.apply"
UNDO = "core.import.undo"
STREAM = "imports"
A_BATCH = 100


class WrongState(Exception):
    """The run is not in the state from which this is possible; the message is for people."""


@transaction.atomic
def make_run(
    *,
    kind: str,
    content: bytes,
    file_name: str = "",
    scope: str = "",
    options: dict[str, Any] | None = None,
    by: UUID | None = None,
) -> ImportRun:
    """
    Read a file and plan it: the preview. Nothing of the app's is changed.

    :raises UnreadableTable: if the file is no table, or a required heading is missing.
    """
    importer = importer_of(kind)
    read = importer.read(content)
    drafts = _drafts(read_table(content), importer) if read is None else read
    importer.plan([d for d in drafts if not d.errors], options=options or {})
    run = ImportRun.objects.create(
        kind=kind, scope=scope, file_name=file_name[-200:], options=options or {}, created_by=by
    )
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                run=run,
                line=d.line,
                action=d.action,
                data=json.dumps({"cells": d.cells, "plan": d.data}, ensure_ascii=False),
                target=d.target,
                errors=d.errors,
            )
            for d in drafts
        ],
        batch_size=500,
    )
    return run


def _drafts(table: list[list[str]], importer: Importer) -> list[Draft]:
    """
    Return the lines of a table. The template's own line left in above others is not one of them; a table with nothing
    else shows how such a line fares.
    """
    columns = importer.columns
    heading_line = next((n for n, row in enumerate(table) if any(row)), None)
    if heading_line is None:
        raise UnreadableTable(_("表里没有内容。"))
    names = {title: c.key for c in columns for title in (c.title, *c.also)}
    heads = [names.get(cell.strip("* \u3000")) for cell in table[heading_line]]
    missing = [c.title for c in columns if c.is_required and c.key not in heads]
    if missing:
        raise UnreadableTable(
            _("表头少了：{titles}。下载模板看看表头怎么写。").format(titles="、".join(missing))
        )
    drafts: list[Draft] = []
    samples: list[Draft] = []
    for n, row in enumerate(table[heading_line + 1 :], start=heading_line + 2):
        if not any(row):
            continue
        data = {key: cell for key, cell in zip(heads, row, strict=False) if key}
        draft = Draft(line=n, cells={c.key: data.get(c.key, "") for c in columns})
        if importer.is_sample(draft.cells):
            samples.append(draft)
            continue
        for column in columns:
            if column.is_required and not draft.data[column.key]:
                draft.refuse(_("“{title}”没有填。").format(title=column.title))
        drafts.append(draft)
    drafts = drafts or samples[:1]
    if not drafts:
        raise UnreadableTable(_("只有表头，没有内容。"))
    return drafts


def start_apply(*, run: ImportRun, by: UUID | None = None) -> ImportRun:
    """
    Accept a run that was looked at; a job does it.

    :raises WrongState: if it is not waiting for that, or all of it must be right and something is not.
    """
    _refuse_half(run)
    return _start(run, ImportRun.State.READY, ImportRun.State.APPLYING, APPLY, by)


def start_undo(*, run: ImportRun, by: UUID | None = None) -> ImportRun:
    """
    Take an applied run back; a job does it.

    :raises WrongState: if it was not applied, or is being taken back.
    """
    return _start(run, ImportRun.State.APPLIED, ImportRun.State.UNDOING, UNDO, by)


@transaction.atomic
def _start(run: ImportRun, state: str, to: str, job: str, by: UUID | None) -> ImportRun:
    if not ImportRun.objects.filter(pk=run.pk, state=state).update(state=to):
        raise WrongState(_("这份表已经在处理，或者已经办完了。"))
    run.state = to
    jobs.enqueue(
        kind=job,
        payload={"run": str(run.uuid), "by": str(by) if by else None},
        by=by,
        dedupe_key=f"{job}:{run.uuid}",
    )
    return run


def _refuse_half(run: ImportRun) -> None:
    if importer_of(run.kind).is_whole and run.rows.filter(action=ImportRow.Action.REFUSED).exists():
        raise WrongState(_("还有没通过的行。这份表要整份都对才能导入，改好再传。"))


def apply_run(*, run: ImportRun, now: datetime, by: UUID | None = None, progress: Any = None) -> ImportRun:
    """
    Do all lines that are new or changed, each in a transaction of its own with its outcome: killed at any point, the
    next attempt goes on behind the last line that was done.

    :raises WrongState: if all of it must be right and something is not.
    """
    importer = importer_of(run.kind)
    _refuse_half(run)

    def do(row: ImportRow) -> None:
        target, before = importer.apply(
            json.loads(row.data)["plan"], target=row.target, options=run.options, actor=by
        )
        row.target, row.before = target, json.dumps(before, ensure_ascii=False)
        row.outcome = ImportRow.Outcome.DONE

    actions = [ImportRow.Action.NEW, ImportRow.Action.CHANGED]
    _each(run, ImportRow.Outcome.WAITING, actions, do, ImportRow.Outcome.FAILED, progress, reverse=False)
    return _finish(run, ImportRun.State.APPLIED, "applied_at", now, by, "import.apply")


def undo_run(*, run: ImportRun, now: datetime, by: UUID | None = None, progress: Any = None) -> ImportRun:
    """Take back what was done, the last line first; what somebody has built on stays and says so."""
    importer = importer_of(run.kind)

    def do(row: ImportRow) -> None:
        importer.undo(
            json.loads(row.data)["plan"], target=row.target, before=json.loads(row.before), actor=by
        )
        row.outcome = ImportRow.Outcome.UNDONE

    _each(run, ImportRow.Outcome.DONE, None, do, ImportRow.Outcome.KEPT, progress, reverse=True)
    return _finish(run, ImportRun.State.UNDONE, "undone_at", now, by, "import.undo")


def _each(
    run: ImportRun,
    outcome: str,
    actions: list[Any] | None,
    do: Any,
    on_conflict: str,
    progress: Any,
    *,
    reverse: bool,
) -> None:
    rows = run.rows.filter(outcome=outcome)
    if actions is not None:
        rows = rows.filter(action__in=actions)
    if importer_of(run.kind).is_whole:
        _at_once(run, rows, do, on_conflict)
        return
    total = rows.count()
    done = 0
    while batch := list(rows.order_by("-line" if reverse else "line").values_list("pk", flat=True)[:A_BATCH]):
        for pk in batch:
            with transaction.atomic():
                row = lock_rows(ImportRow.objects.filter(pk=pk)).get()
                try:
                    with transaction.atomic():
                        do(row)
                except RowConflict as conflict:
                    row.outcome, row.errors = on_conflict, [*row.errors, str(conflict)]
                row.save(update_fields=["outcome", "before", "target", "errors"])
            done += 1
        if progress is not None:
            progress(done, total)


@transaction.atomic
def _at_once(run: ImportRun, rows: QuerySet[ImportRow], do: Any, on_conflict: str) -> None:
    """Let the first line do all of it; the others have its outcome."""
    pks = list(rows.values_list("pk", flat=True))
    first = lock_rows(run.rows.order_by("line"))[:1].get()
    if not pks:
        return
    try:
        with transaction.atomic():
            do(first)
    except RowConflict as conflict:
        first.outcome, first.errors = on_conflict, [*first.errors, str(conflict)]
    first.save(update_fields=["outcome", "before", "target", "errors"])
    run.rows.filter(pk__in=pks).update(outcome=first.outcome)


@transaction.atomic
def _finish(
    run: ImportRun, state: str, moment: str, now: datetime, by: UUID | None, action: str
) -> ImportRun:
    run.state = state
    setattr(run, moment, now)
    run.save(update_fields=["state", moment])
    _tell(run, now)
    audit.record(
        stream=STREAM,
        action=action,
        actor=by,
        target=run.scope or f"import:{run.uuid}",
        detail={"run": run.uuid, "kind": run.kind, **run.counts()},
    )
    return run


def _tell(run: ImportRun, now: datetime) -> None:
    """Let whoever brought a file in know that it is done, and how many lines were not."""
    page = importer_of(run.kind).page_of(run)
    if run.created_by is None or not page:
        return
    outcomes = dict(run.rows.values_list("outcome").annotate(n=Count("pk")))
    refused = run.rows.filter(action=ImportRow.Action.REFUSED).count()
    if run.state == ImportRun.State.UNDONE:
        title = _("{file} 撤销完了")
        body = _("撤销了 {done} 行，{left} 行撤不回。").format(
            done=outcomes.get(ImportRow.Outcome.UNDONE, 0), left=outcomes.get(ImportRow.Outcome.KEPT, 0)
        )
    else:
        title = _("{file} 导入完了")
        body = _("办好 {done} 行，{left} 行没办成。").format(
            done=outcomes.get(ImportRow.Outcome.DONE, 0),
            left=refused + outcomes.get(ImportRow.Outcome.FAILED, 0),
        )
    inbox.send(
        to=run.created_by,
        kind=f"import.{run.state}",
        title=title.format(file=run.file_name or _("表格")),
        body=body,
        url=page,
        action=_("看结果"),
        source=f"import:{run.uuid}",
        source_name=_("导入"),
        key=f"import.{run.state}:{run.uuid}",
        at=now,
    )


def job_of(run: ImportRun) -> Job | None:
    """Return the job that does a run or takes it back, the last one; None before anybody asked for it."""
    keys = [f"{kind}:{run.uuid}" for kind in (APPLY, UNDO)]
    return Job.objects.filter(dedupe_key__in=keys).order_by("-pk").first()


def cells_of(row: ImportRow) -> dict[str, str]:
    """Return the cells of a line as they were read, by the columns' keys."""
    cells: dict[str, str] = json.loads(row.data)["cells"]
    return cells


def error_file(run: ImportRun) -> bytes:
    """Return the lines that were refused or failed as CSV with a last column that says why: put right, it can be brought in again."""
    columns = importer_of(run.kind).columns
    rows = [[c.title for c in columns] + [_("原因")]]
    failed = run.rows.exclude(errors=[]).order_by("line")
    for row in failed.iterator(chunk_size=500):
        cells = cells_of(row)
        rows.append([cells.get(c.key, "") for c in columns] + ["；".join(row.errors)])
    return csv_file(rows)


def template_file(kind: str, *, as_csv: bool = False, options: dict[str, Any] | None = None) -> bytes:
    """Return a table with its headings, a sample line that fits these options, and what each column means."""
    importer = importer_of(kind)
    columns, sample = importer.columns, importer.sample(options=options or {})
    heads = [f"{c.title}*" if c.is_required else c.title for c in columns]
    if as_csv:
        return csv_file([heads, [sample[c.key] for c in columns]])
    book = Workbook()
    sheet = book.active
    sheet.title = "填这里"
    sheet.append(heads)
    sheet.append([sample[c.key] for c in columns])
    notes = book.create_sheet("怎么填")
    notes.append(["列", "必填", "说明", "例子"])
    for c in columns:
        notes.append([c.title, "是" if c.is_required else "", c.help, sample[c.key]])
    for letter_sheet in (sheet, notes):
        for cells in letter_sheet.columns:
            letter_sheet.column_dimensions[cells[0].column_letter].width = 18
            for cell in cells:
                cell.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
