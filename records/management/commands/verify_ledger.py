from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.api import UserNotFound, find_person, find_user
from core.answering import AnsweringCommand
from records.against import BadBucket, verify_against
from records.db import count_entries
from records.ledger.heads import NotADigest
from records.models import LedgerEntry, StudyState
from records.operations.digests import read_digest
from records.verify import BadEntry, UnsupportedHash, Verdict, processes_for, verify
from unions.api import add_union_argument, descendants, union_named

MOST_ASKED = 64


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


def _key(path: Path | None) -> Ed25519PublicKey | None:
    if path is None:
        return None
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise CommandError(f"{path} is no public key in PEM.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise CommandError(f"{path} is no Ed25519 key.")
    return key


def _as_json(bad: BadEntry | BadBucket | None) -> dict[str, Any] | None:
    if bad is None:
        return None
    if isinstance(bad, BadBucket):
        return {"learner": None, "n": None, "why": str(bad)}
    return {"learner": str(bad.learner), "n": bad.n, "why": bad.why}


class Command(AnsweringCommand):
    help = "Check the hash chains of the ledger. Names the first bad entry and exits with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--learner", metavar="LOGIN", help="one learner, by login or uuid of the person")
        add_union_argument(which, "--union", what="everybody with an entry in this union or below it")
        which.add_argument("--all", action="store_true", help="everybody; what --against does alone")
        parser.add_argument(
            "--against",
            metavar="FILE",
            type=Path,
            help="hold the chains against this digest, too: none may have been rewritten or cut since",
        )
        parser.add_argument(
            "--public-key", metavar="PEM", type=Path, help="check the digest with this key, not with our own"
        )

        parser.add_argument(
            "--processes",
            type=int,
            metavar="N",
            help="check in so many processes at once; by default one for each processor, 4 at most, and one for a small "
            "ledger. --against takes one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["all"] or options["learner"] or options["union"] or options["against"]):
            raise CommandError("Say whose: --learner, --union or --all.", returncode=2)
        if options["processes"] is not None and not 1 <= options["processes"] <= MOST_ASKED:
            raise CommandError(f"--processes is a number from 1 to {MOST_ASKED}.", returncode=2)
        try:
            verdict, bucket = self._verdict(options)
        except NotADigest as error:
            raise CommandError(f"{options['against']}: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except UnsupportedHash as error:
            raise CommandError(str(error)) from error
        bad = verdict.bad or bucket
        if options["json"] or bad is None:
            self.answer(
                {"chains": verdict.chains, "entries": verdict.entries, "bad": _as_json(bad)},
                f"ok: {verdict.chains} chains, {verdict.entries} entries",
                as_json=options["json"],
            )
        if bad is not None:
            raise CommandError(f"first bad entry: {bad}", returncode=1)

    def _verdict(self, options: dict[str, Any]) -> tuple[Verdict, BadBucket | None]:
        learners = self._learners(options)
        if options["against"] is None:
            processes = options["processes"] or (processes_for(count_entries()) if learners is None else 1)
            return verify(learners, processes=processes), None
        return verify_against(read_digest(options["against"], key=_key(options["public_key"])), learners)

    def _learners(self, options: dict[str, Any]) -> list[UUID] | None:
        if options["learner"]:
            return [learner_named(options["learner"])]
        if not options["union"]:
            return None
        union = union_named(options["union"])
        tree = descendants(union, on=timezone.localdate(), include_self=True).values("uuid")
        rows = LedgerEntry.objects.filter(union__in=tree)
        return list(rows.order_by().values_list("learner", flat=True).distinct())
