"""A run from its file to its end: planned, applied in the background, taken back as a whole."""

import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook

from core import audit, inbox, jobs
from core.db import lock_rows
from core.importer.base import BulkImporter, Draft, Importer, Progress, RowConflict, importer_of
from core.importer.headings import find_headings, plain_heading
from core.importer.models import ImportRow, ImportRun
from core.importer.reading import UnreadableTable, csv_file, read_table
from core.importer.stream import open_table
from core.jobs.models import Job

READ = "core.import.read"
APPLY = "core.import.apply"
UNDO = "core.import.undo"
STREAM = "imports"
A_BATCH = 100
AT_ONCE = 1_000_000
"""A file of so many bytes is read while its sender waits; a larger one by a job."""


class WrongState(Exception):
    """The run is not in the state from which this is possible; the message is for people."""


def make_run(
    *,
    kind: str,
    content: bytes | None = None,
    path: Path | None = None,
    file_name: str = "",
    scope: str = "",
    options: dict[str, Any] | None = None,
    by: UUID | None = None,
    progress: Progress | None = None,
) -> ImportRun:
    """
    Read a file, given as its bytes or by its place, and plan it: the preview. Nothing of the app's is changed.

    :raises UnreadableTable: if the file is no table, or a required heading is missing.
    """
    importer = importer_of(kind)
    run = ImportRun(kind=kind, scope=scope, file_name=file_name[-200:], options=options or {}, created_by=by)
    if isinstance(importer, BulkImporter):
        if path is None:
            with tempfile.NamedTemporaryFile(prefix="import-") as file:
                file.write(content or b"")
                file.flush()
                return _staged(run, importer, Path(file.name), progress)
        return _staged(run, importer, path, progress)
    if content is None and path is not None:
        content = path.read_bytes()
    return _planned(run, importer, content or b"")


def _staged(run: ImportRun, importer: BulkImporter, path: Path, progress: Progress | None) -> ImportRun:
    """Read and judge a table of any length. A file that is no table leaves no run, unless it was there before."""
    with open_table(path) as lines:
        heads, rest = find_headings(lines, importer.columns)
        is_new = run.pk is None
        if is_new:
            run.state = ImportRun.State.READING
            run.save()
        try:
            if not importer.stage(run, heads, rest, progress=progress):
                raise UnreadableTable(_("只有表头，没有内容。"))
        except BaseException:
            if is_new:
                importer.lines_of(run).all().delete()
                run.delete()
            raise
    found = dict(importer.lines_of(run).order_by().values_list("action").annotate(n=Count("pk")))
    run.tally = {action: found.get(action, 0) for action in importer.actions}
    run.state = ImportRun.State.READY
    run.save(update_fields=["tally", "state"])
    return run


def receive(
    *,
    kind: str,
    file: Any,
    file_name: str = "",
    scope: str = "",
    options: dict[str, Any] | None = None,
    by: UUID,
) -> ImportRun:
    """
    Take in what somebody uploads (``chunks()`` and ``size``): read it at once, or let a job read it where it is large.

    :raises UnreadableTable: if a small file is no table.
    """
    told: dict[str, Any] = {
        "kind": kind,
        "file_name": file_name,
        "scope": scope,
        "options": options,
        "by": by,
    }
    if not isinstance(importer_of(kind), BulkImporter) or file.size <= AT_ONCE:
        return make_run(content=file.read(), **told)
    run = ImportRun(
        kind=kind,
        scope=scope,
        file_name=file_name[-200:],
        options=options or {},
        created_by=by,
        state=ImportRun.State.READING,
    )
    path = _waiting_file(run)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as kept:
        path.chmod(0o600)
        for chunk in file.chunks():
            kept.write(chunk)
    with transaction.atomic():
        run.save()
        payload = {"run": str(run.uuid), "by": str(by)}
        jobs.enqueue(kind=READ, payload=payload, by=by, dedupe_key=f"{READ}:{run.uuid}")
    return run


def _waiting_file(run: ImportRun) -> Path:
    """Where an upload waits for its job: beside the uploads, on the disk that all hosts share, and never served."""
    return Path(settings.MEDIA_ROOT) / "imports" / str(run.uuid)


def read_run(*, run: ImportRun, now: datetime, progress: Progress | None = None) -> ImportRun:
    """Read what was received; whoever sent it is told when it can be looked at. The file is thrown away."""
    importer = importer_of(run.kind)
    path = _waiting_file(run)
    if not isinstance(importer, BulkImporter):
        raise TypeError(run.kind)
    try:
        _staged(run, importer, path, progress)
    except (UnreadableTable, FileNotFoundError) as error:
        importer.lines_of(run).all().delete()
        run.state = ImportRun.State.UNREADABLE
        run.remark = str(error) if isinstance(error, UnreadableTable) else _("文件不在了，请再传一次。")
        run.save(update_fields=["state", "remark"])
    path.unlink(missing_ok=True)
    _tell_read(run, now)
    return run


def _tell_read(run: ImportRun, now: datetime) -> None:
    counts = run.counts()
    is_ready = run.state == ImportRun.State.READY
    title = _("{file} 读好了，等你确认") if is_ready else _("{file} 读不了")
    to_do = sum(n for action, n in counts.items() if action not in {"unchanged", "refused"})
    body = (
        _("要写进去 {n} 行，没通过 {bad} 行。").format(n=to_do, bad=counts.get("refused", 0))
        if is_ready
        else run.remark or ""
    )
    _send(run, now, title=title, body=body, action=_("去看看"))


def progress_of(run: ImportRun) -> tuple[int, int]:
    """Return how much of what a job does with a run is done, and of how much; (0, 0) where nothing runs."""
    job = (
        Job.objects.filter(
            dedupe_key__in=[f"{kind}:{run.uuid}" for kind in (READ, APPLY, UNDO)],
            state__in=[Job.State.QUEUED, Job.State.RUNNING],
        )
        .order_by("-pk")
        .values_list("done", "total")
        .first()
    )
    return job or (0, 0)


def outcomes_of(run: ImportRun) -> dict[str, int]:
    """Return how many lines of a run came to each outcome."""
    found = dict(
        importer_of(run.kind)
        .lines_of(run)
        .order_by()
        .exclude(outcome="")
        .values_list("outcome")
        .annotate(n=Count("pk"))
    )
    return {outcome: found.get(outcome, 0) for outcome in ImportRow.Outcome.values if outcome}


@transaction.atomic
def _planned(run: ImportRun, importer: Any, content: bytes) -> ImportRun:
    run.options["sha256"] = hashlib.sha256(content).hexdigest()
    read = importer.read(content)
    drafts = _drafts(read_table(content), importer) if read is None else read
    importer.plan([d for d in drafts if not d.errors], options=run.options)
    run.save()
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
    names = {plain_heading(title): c.key for c in columns for title in (c.title, *c.also)}
    heads = [names.get(plain_heading(cell)) for cell in table[heading_line]]
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


def apply_run(
    *, run: ImportRun, now: datetime, by: UUID | None = None, progress: Progress | None = None
) -> ImportRun:
    """
    Do all lines that are new or changed, each in a transaction of its own with its outcome: killed at any point, the
    next attempt goes on behind the last line that was done.

    :raises WrongState: if all of it must be right and something is not.
    """
    importer = importer_of(run.kind)
    if isinstance(importer, BulkImporter):
        importer.apply_lines(run, now=now, by=by, progress=progress)
        return _finish(run, ImportRun.State.APPLIED, "applied_at", now, by, "import.apply")
    _refuse_half(run)
    one_by_one = cast(Importer, importer)

    def do(row: ImportRow) -> None:
        target, before = one_by_one.apply(
            json.loads(row.data)["plan"], target=row.target, options=run.options, actor=by
        )
        row.target, row.before = target, json.dumps(before, ensure_ascii=False)
        row.outcome = ImportRow.Outcome.DONE

    actions = [ImportRow.Action.NEW, ImportRow.Action.CHANGED]
    _each(run, ImportRow.Outcome.WAITING, actions, do, ImportRow.Outcome.FAILED, progress, reverse=False)
    return _finish(run, ImportRun.State.APPLIED, "applied_at", now, by, "import.apply")


def undo_run(
    *, run: ImportRun, now: datetime, by: UUID | None = None, progress: Progress | None = None
) -> ImportRun:
    """Take back what was done, the last line first; what somebody has built on stays and says so."""
    importer = importer_of(run.kind)
    if isinstance(importer, BulkImporter):
        importer.undo_lines(run, now=now, by=by, progress=progress)
        return _finish(run, ImportRun.State.UNDONE, "undone_at", now, by, "import.undo")
    one_by_one = cast(Importer, importer)

    def do(row: ImportRow) -> None:
        one_by_one.undo(
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
    outcomes = outcomes_of(run)
    if run.state == ImportRun.State.UNDONE:
        title = _("{file} 撤销完了")
        body = _("撤销了 {done} 行，{left} 行撤不回。").format(
            done=outcomes[ImportRow.Outcome.UNDONE], left=outcomes[ImportRow.Outcome.KEPT]
        )
    else:
        title = _("{file} 导入完了")
        body = _("办好 {done} 行，{left} 行没办成。").format(
            done=outcomes[ImportRow.Outcome.DONE],
            left=run.counts()["refused"] + outcomes[ImportRow.Outcome.FAILED],
        )
    _send(run, now, title=title, body=body, action=_("看结果"))


def _send(run: ImportRun, now: datetime, *, title: str, body: str, action: str) -> None:
    page = importer_of(run.kind).page_of(run)
    if run.created_by is None or not page:
        return
    inbox.send(
        to=run.created_by,
        kind=f"import.{run.state}",
        title=title.format(file=run.file_name or _("表格")),
        body=body,
        url=page,
        action=action,
        source=f"import:{run.uuid}",
        source_name=_("导入"),
        key=f"import.{run.state}:{run.uuid}",
        at=now,
    )


def job_of(run: ImportRun) -> Job | None:
    """Return the job that does a run or takes it back, the last one; None before anybody asked for it."""
    keys = [f"{kind}:{run.uuid}" for kind in (APPLY, UNDO)]
    return Job.objects.filter(dedupe_key__in=keys).order_by("-pk").first()


def lines_of(run: ImportRun) -> QuerySet[Any]:
    """Return the lines of a run, each with ``line``, ``action``, ``outcome`` and ``errors``."""
    return importer_of(run.kind).lines_of(run)


def cells_of(row: Any) -> dict[str, str]:
    """Return the cells of a line as they were read, by the columns' keys."""
    return importer_of(row.run.kind).cells_of(row)


def error_lines(run: ImportRun) -> Iterator[bytes]:
    """
    Yield the lines that were refused or failed as CSV with a last column that says why, in pieces: put right, it can be
    brought in again.
    """
    importer = importer_of(run.kind)
    yield csv_file([[c.title for c in importer.columns] + [_("原因")]])
    failed = importer.lines_of(run).exclude(errors=[]).order_by("line")
    rows: list[list[str]] = []
    for row in failed.iterator(chunk_size=500):
        cells = importer.cells_of(row)
        rows.append([cells.get(c.key, "") for c in importer.columns] + ["；".join(row.errors)])
        if len(rows) == 500:
            yield csv_file(rows, is_first=False)
            rows = []
    if rows:
        yield csv_file(rows, is_first=False)


def error_file(run: ImportRun) -> bytes:
    """Return :func:`error_lines` as one piece."""
    return b"".join(error_lines(run))


def write_error_file(run: ImportRun, file: IO[bytes]) -> None:
    for piece in error_lines(run):
        file.write(piece)


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
