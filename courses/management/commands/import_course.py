from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.api import UserNotFound, find_user
from accounts.models import User
from core.answering import AnsweringCommand
from courses.models import CourseIndexPage, CoursePackage
from courses.operations.packages import WrongState, bring_in, say_nothing, undo
from courses.packages import PackageReader, UnreadablePackage
from courses.queries.packages import plan_of
from media.api import UploadRefused

REFUSED = 2


class Command(AnsweringCommand):
    help = "Import a course from a package: a draft that belongs to the importer, all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", metavar="FILE", help="package that export_course wrote")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, change nothing")
        parser.add_argument(
            "--by", metavar="LOGIN", help="whose draft it becomes; default: the first operator"
        )
        parser.add_argument("--undo", metavar="PACKAGE", help="take an import back")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["undo"]:
            body = self._undone(options["undo"])
        elif options["file"]:
            body = self._brought_in(Path(options["file"]), options)
        else:
            raise CommandError("写上要导入的课程包，或者 --undo PACKAGE。", returncode=REFUSED)
        self.answer(body, _as_text(body), as_json=options["json"])
        if body["refused"]:
            raise CommandError("\n".join(body["refused"]), returncode=REFUSED)

    def _brought_in(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        try:
            with path.open("rb") as file:
                return self._read(PackageReader(file), path, options)
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}", returncode=REFUSED) from error
        except (UnreadablePackage, UploadRefused) as error:
            said = error.reasons if isinstance(error, UnreadablePackage) else [str(error)]
            return _body(None, "refused", "", {"refused": said})

    def _read(self, reader: PackageReader, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        reader.check_files(say_nothing)
        if options["dry_run"]:
            return _body(None, "ready", reader.course.title, plan_of(reader.course).report())
        if not CourseIndexPage.objects.exists():
            raise CommandError("还没有课程目录。先运行 setup_cms。", returncode=REFUSED)
        now = timezone.now()
        package = CoursePackage(
            state=CoursePackage.State.IMPORTING,
            file_name=path.name[-200:],
            created_by=_owner(options["by"]),
            created_at=now,
        )
        bring_in(reader=reader, package=package, now=now)
        return _of(package)

    def _undone(self, text: str) -> dict[str, Any]:
        try:
            package = CoursePackage.objects.filter(uuid=UUID(text)).first()
        except ValueError:
            package = None
        if package is None or package.state != CoursePackage.State.IMPORTED:
            raise CommandError(f"没有编号是 {text[:60]}、已经导入的课程包。", returncode=REFUSED)
        try:
            undo(package=package, now=timezone.now())
        except WrongState as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        package.refresh_from_db()
        return _of(package)


def _owner(login: str | None) -> User:
    if login:
        try:
            return find_user(login)
        except UserNotFound as error:
            raise CommandError(f"没有这个账号：{login[:60]}。", returncode=REFUSED) from error
    operator = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if operator is None:
        raise CommandError("还没有管理员账号。用 --by 写上草稿归谁。", returncode=REFUSED)
    return operator


def _of(package: CoursePackage) -> dict[str, Any]:
    body = _body(package, package.state, package.title, package.report)
    course = package.course
    return {**body, "course": course.slug if course else None}


def _body(package: CoursePackage | None, state: str, title: str, report: dict[str, Any]) -> dict[str, Any]:
    return {
        "package": str(package.uuid) if package else None,
        "state": state,
        "title": title,
        "course": None,
        "counts": report.get("counts", {}),
        "unmatched": report.get("unmatched", []),
        "notes": report.get("notes", []),
        "refused": report.get("refused", []),
    }


def _as_text(body: dict[str, Any]) -> str:
    state = CoursePackage.State(body["state"]).label
    head = f"《{body['title']}》{state}" if body["title"] else str(state)
    where = [f"课程网址：{body['course']}", f"编号：{body['package']}"] if body["course"] else []
    counts = [f"{name}: {n}" for name, n in body["counts"].items()]
    return "\n".join([head, *where, *counts, *body["unmatched"], *body["notes"]])
