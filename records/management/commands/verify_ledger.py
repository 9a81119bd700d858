from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.api import UserNotFound, find_person, find_user
from core.answering import AnsweringCommand
from records.models import LedgerEntry, StudyState
from records.verify import verify
from unions.api import add_union_argument, descendants, union_named


def learner_named(text: str) -> UUID:
    """
    Return the learner that a login or a uuid of a person means.

    :raises CommandError: if there is none.
    """
    try:
        learner = UUID(text)
    except ValueError:
        pass
    else:
        if (
            StudyState.objects.filter(learner=learner).exists()
            or LedgerEntry.objects.filter(learner=learner).exists()
            or find_person(learner) is not None
        ):
            return learner
        raise CommandError(f"没有这个人：{text}")
    try:
        return find_user(text).person.uuid
    except UserNotFound as error:
        raise CommandError(f"没有这个账号：{text}") from error


class Command(AnsweringCommand):
    help = "Check the hash chains of the ledger. Names the first bad entry and exits with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--learner", metavar="LOGIN", help="one learner, by login or uuid of the person")
        add_union_argument(which, "--union", what="everybody with an entry in this union or below it")
        which.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(self._learners(options))
        bad = verdict.bad
        if options["json"] or bad is None:
            found = None if bad is None else {"learner": str(bad.learner), "n": bad.n, "why": bad.why}
            self.answer(
                {"chains": verdict.chains, "entries": verdict.entries, "bad": found},
                f"ok: {verdict.chains} chains, {verdict.entries} entries",
                as_json=options["json"],
            )
        if bad is not None:
            raise CommandError(f"first bad entry: {bad}", returncode=1)

    def _learners(self, options: dict[str, Any]) -> list[UUID] | None:
        if options["all"]:
            return None
        if options["learner"]:
            return [learner_named(options["learner"])]
        union = union_named(options["union"])
        tree = descendants(union, on=timezone.localdate(), include_self=True).values("uuid")
        rows = LedgerEntry.objects.filter(union__in=tree)
        return list(rows.order_by().values_list("learner", flat=True).distinct())
