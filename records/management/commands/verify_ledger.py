import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.api import UserNotFound, find_user
from records.models import LedgerEntry
from records.verify import verify
from unions.api import UnionNotFound, descendants, find_union


def learner_named(text: str) -> UUID:
    """
    Return the learner that a login or a uuid of a person means.

    :raises CommandError: if there is none.
    """
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        return find_user(text).person.uuid
    except UserNotFound as error:
        raise CommandError(f"没有这个账号：{text}") from error


class Command(BaseCommand):
    help = "Check the hash chains of the ledger. Names the first bad entry and exits with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--learner", metavar="LOGIN", help="one learner, by login or uuid of the person")
        which.add_argument("--union", metavar="CODE", help="everybody with an entry in a union or below it")
        which.add_argument("--all", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(self._learners(options))
        bad = verdict.bad
        if options["json"]:
            found = None if bad is None else {"learner": str(bad.learner), "n": bad.n, "why": bad.why}
            self.stdout.write(
                json.dumps({"chains": verdict.chains, "entries": verdict.entries, "bad": found})
            )
        elif bad is None:
            self.stdout.write(f"ok: {verdict.chains} chains, {verdict.entries} entries")
        if bad is not None:
            raise CommandError(f"first bad entry: {bad}", returncode=1)

    def _learners(self, options: dict[str, Any]) -> list[UUID] | None:
        if options["all"]:
            return None
        if options["learner"]:
            return [learner_named(options["learner"])]
        try:
            union = find_union(options["union"])
        except UnionNotFound as error:
            raise CommandError(f"没有这个工会：{options['union']}") from error
        tree = descendants(union, on=timezone.localdate(), include_self=True).values_list("uuid", flat=True)
        rows = LedgerEntry.objects.filter(union__in=list(tree))
        return list(rows.order_by().values_list("learner", flat=True).distinct())
