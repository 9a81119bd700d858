import io
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from courses.models import CoursePage
from courses.operations.packages import pack
from courses.queries.packages import CannotPack


class Command(AnsweringCommand):
    help = "Write a course as it stands in the editor into a package that import_course reads."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug", metavar="SLUG", help="the last part of the course's address")
        parser.add_argument("file", metavar="FILE", help="the package to write")
        parser.add_argument("--dry-run", action="store_true", help="pack it and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        course = CoursePage.objects.filter(slug=options["slug"]).first()
        if course is None:
            raise CommandError(f"没有这门课：{options['slug'][:60]}。写课程网址的最后一段。", returncode=2)
        try:
            report, size = _write(course, Path(options["file"]), is_dry=options["dry_run"])
        except CannotPack as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"写不了文件 {options['file']}：{error.strerror}") from error
        file = None if options["dry_run"] else options["file"]
        body = {"course": course.slug, "file": file, "bytes": size, **report}
        counts = report["counts"]
        text = f"{options['file']}：{counts['lessons']} 节课时，{size} 字节。"
        self.answer(body, "\n".join([text, *report["notes"]]), as_json=options["json"])


def _write(course: CoursePage, target: Path, *, is_dry: bool) -> tuple[dict[str, Any], int]:
    """Write the package beside its name and give it that name once it is whole; return the report and its bytes."""
    with tempfile.NamedTemporaryFile(
        dir=None if is_dry else target.parent, prefix=f".{target.name[:40]}.", delete=False
    ) as part:
        try:
            report = pack(course=course, target=cast(BinaryIO, part))
            part.seek(0, io.SEEK_END)
            size = part.tell()
            part.close()
            if not is_dry:
                umask = os.umask(0)
                os.umask(umask)
                Path(part.name).chmod(0o666 & ~umask)
                Path(part.name).replace(target)
        finally:
            Path(part.name).unlink(missing_ok=True)
    return report, size
