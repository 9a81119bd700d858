"""``bin/manage entitlement``: which levels an instructor may teach, by which rule and proof."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from core.answering import AnsweringCommand
from instructors.models import InstructorProfile
from instructors.operations import refresh_all
from instructors.queries import entitlements_of
from instructors.words import answer_words, missing_words, rule_words
from occupations.api import level_labels


class Command(AnsweringCommand):
    help = (
        "Say which levels of which occupations an instructor may teach, and why; or rebuild it for everybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument(
            "--instructor", metavar="UUID", help="the instructor's uuid or the end of the address"
        )
        who.add_argument(
            "--rebuild", action="store_true", help="work out entitlements and grades of everybody"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["rebuild"]:
            done = refresh_all(on=today)
            self.answer({"instructors": done}, f"重新算过 {done} 位师傅。", as_json=options["json"])
            return
        profile = _find(options["instructor"])
        labels = level_labels()
        lines = entitlements_of(profile.pk, on=today)
        body: list[dict[str, Any]] = [
            {
                "occupation": line.occupation,
                "level": line.rank,
                "level_label": labels[line.rank],
                "entitled": line.entitled,
                "rule": rule_words(line, labels),
                "proof": answer_words(line, labels),
                "missing": missing_words(line, labels),
            }
            for line in lines
        ]
        words = [
            f"{row['occupation']} {row['level_label']}："
            + (f"能教，{row['proof']}" if row["entitled"] else row["missing"])
            for row in body
        ]
        self.answer(body, "\n".join(words) or "没有登记职业，也没有任教资格。", as_json=options["json"])


def _find(text: str) -> InstructorProfile:
    try:
        profile = InstructorProfile.objects.filter(uuid=UUID(text)).first()
    except ValueError:
        profile = InstructorProfile.objects.filter(slug=text).first()
    if profile is None:
        raise CommandError(f"没有这位师傅：{text[:60]}。", returncode=2)
    return profile
