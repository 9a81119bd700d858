from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.api import find_person
from core import audit
from core.answering import AnsweringCommand, write_file
from records.inspection import archive_of, read_dossier, sha256_of
from records.learners import own_chains
from records.management.commands.verify_ledger import learner_named


class Command(AnsweringCommand):
    help = "Pack the whole evidence of one learner's day into a zip that checks with sha256sum alone."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--learner", metavar="LOGIN", required=True, help="login, or uuid of the person")
        parser.add_argument(
            "--day", metavar="DAY", type=date.fromisoformat, required=True, help="such as 2026-11-20"
        )
        parser.add_argument("--out", metavar="FILE", required=True, help="the zip to write")

    def handle(self, *args: Any, **options: Any) -> None:
        learner, day = learner_named(options["learner"]), options["day"]
        person = find_person(learner)
        dossier = read_dossier(
            person=learner,
            name=person.name if person else "",
            chains=own_chains(person) if person else [learner],
            day=day,
        )
        if dossier.is_empty:
            raise CommandError(f"{day} 这一天没有记录：{options['learner']}")
        octets = archive_of(dossier)
        write_file(options["out"], octets)
        digest = sha256_of(octets)
        audit.record(
            stream="records",
            action="evidence.export",
            target=f"person:{learner}",
            detail={"day": str(day), "sha256": digest, "by": "command"},
        )
        answer = {
            "learner": str(learner),
            "day": str(day),
            "file": options["out"],
            "sha256": digest,
            "sessions": len(dossier.sessions),
            "entries": len(dossier.entries),
            "refused": len(dossier.refused),
            "credited_ms": dossier.credited_ms,
        }
        text = (
            f"{options['out']}: {answer['entries']} entries, {answer['sessions']} sessions, sha256 {digest}"
        )
        self.answer(answer, text, as_json=options["json"])
