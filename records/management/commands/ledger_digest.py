from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from core.db import now_ms
from core.keys import public_key, signing_key_in_use
from records.operations.digests import DayNotBegun, beside, kept_path, write_digest


class Command(AnsweringCommand):
    help = "Write the signed digest of a day: the heads of all chains, for an inspector to keep."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--day", metavar="DAY", type=date.fromisoformat, help="such as 2026-11-23")
        parser.add_argument(
            "--out", metavar="FILE", type=Path, help="default: among those kept in var/digests"
        )
        parser.add_argument(
            "--public-key", action="store_true", help="print the public key that checks digests, as PEM"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["public_key"]:
            key = signing_key_in_use()
            pem = public_key(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            self.answer({"key": key, "public_key": pem}, pem.rstrip("\n"), as_json=options["json"])
            return
        if options["day"] is None:
            raise CommandError("Name a day: --day 2026-11-23.")
        out: Path = options["out"] or kept_path(options["day"])
        try:
            if options["out"] is None:
                out.parent.mkdir(parents=True, exist_ok=True)
            body = write_digest(options["day"], out, now=now_ms())
        except DayNotBegun as error:
            raise CommandError(f"{options['day']} has not begun.") from error
        except OSError as error:
            raise CommandError(f"写不了文件 {out}：{error.strerror}") from error
        heads = None if "lines" in body else str(beside(out))
        answer = {key: body[key] for key in ("day", "recorded_before", "learners", "entries")}
        answer |= {"digest": body["heads"], "file": str(out), "heads_file": heads}
        text = f"{out}: {body['learners']} chains, {body['entries']} entries, {body['heads']}"
        self.answer(answer, text if heads is None else f"{text}\n{heads}", as_json=options["json"])
