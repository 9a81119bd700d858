from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand
from core.clock import day_of, to_ms
from courses.models import CoursePage
from courses.queries.checks import check_course


class Command(AnsweringCommand):
    help = "Run the standards check over a course's draft and list what it lacks."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug", metavar="SLUG", help="the last part of the course's address")

    def handle(self, *args: Any, **options: Any) -> None:
        course = CoursePage.objects.filter(slug=options["slug"]).first()
        if course is None:
            raise CommandError(f"没有这门课：{options['slug'][:60]}。写课程网址的最后一段。", returncode=2)
        try:
            report = check_course(course, on=day_of(to_ms(timezone.now())))
        except ValueError as error:
            raise CommandError(f"这门课还没有在编辑器里存过：{error}", returncode=2) from error
        failures = [
            {
                "rule": f.rule,
                "page": f.page_id,
                "where": f.where,
                "block": f.block or None,
                "field": f.field or None,
                "message": f.message,
            }
            for f in report.failures
        ]
        body = {
            "course": course.slug,
            "ready": report.is_ready,
            "failures": failures,
            "notes": list(report.notes),
            "passed": list(report.passed),
            "switched_off": list(report.off),
        }
        lines = [f"{f.where}：{f.message}" for f in report.failures]
        head = f"还差 {len(lines)} 项就能送审。" if lines else "都齐了，可以送审。"
        self.answer(body, "\n".join([head, *lines, *report.notes]), as_json=options["json"])
