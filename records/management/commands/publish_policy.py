from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from core.clock import SHANGHAI, from_ms, to_ms
from core.db import now_ms
from records.operations.policies import FIELDS as COLUMNS
from records.policies.fields import FIELDS
from records.policies.presets import preset_named, presets
from records.policies.publishing import PolicyRefused, publish_policy
from records.policies.words import field_name
from unions.api import union_named


def owner_named(text: str) -> tuple[str, UUID | None]:
    """
    Return the key of an owner and its union, if it is one: ``national``, ``union:CODE`` (or uuid), ``programme:UUID``.

    :raises CommandError: if it is none of these.
    """
    kind, _colon, name = text.partition(":")
    if text == "national":
        return text, None
    if kind == "union" and name:
        union = union_named(name)
        return f"union:{union.uuid}", union.uuid
    try:
        return f"programme:{UUID(name)}" if kind == "programme" else _refuse(text), None
    except ValueError:
        return _refuse(text), None


def _refuse(text: str) -> str:
    raise CommandError(f"不认识 {text[:60]}。写 national、union:代码 或 programme:uuid。")


def value_of(text: str) -> tuple[str, Any]:
    """
    Return a column and its value from ``field=value``, written in the unit of the form; "inherit" and "none" are None.

    :raises CommandError: if there is no such field or it is no number.
    """
    name, _sign, written = text.partition("=")
    if name not in FIELDS:
        raise CommandError(f"没有 {name[:40]} 这一项。有：{'、'.join(COLUMNS)}。")
    if FIELDS[name].unit == "flag":
        if written not in {"yes", "no"}:
            raise CommandError(f"{name} 写 yes 或 no。")
        return name, written == "yes"
    try:
        number = Decimal(written)
    except InvalidOperation as error:
        raise CommandError(f"{name} 要一个数字，不是 {written[:40]}。") from error
    if not number.is_finite() or abs(number) > 1_000_000 or number != round(number, 3):
        raise CommandError(f"{name} 要一个数字，不是 {written[:40]}。")
    column = FIELDS[name].column(number)
    if name.endswith(("_ms", "_days")):
        if column != int(column):
            raise CommandError(f"{name} 要整数。")
        column = int(column)
    return name, column


def instant_of(text: str) -> int:
    """
    Return an instant (Shanghai, where none other is said) in ms.

    :raises CommandError: if it is none.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"时间写成 2026-12-01T00:00 这样，不是 {text[:40]}。") from error
    return to_ms(at if at.tzinfo else at.replace(tzinfo=SHANGHAI))


class Command(AnsweringCommand):
    help = "Publish the next version of a study policy. What is not set is inherited."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--owner", required=True, metavar="OWNER", help="national, or whose key it is")
        parser.add_argument(
            "--from", dest="since", required=True, metavar="INSTANT", help="2026-12-01T00:00, Shanghai"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="minutes, seconds, days, percent, yes or no",
        )
        parser.add_argument("--preset", metavar="KEY", help=", ".join(preset.key for preset in presets()))
        parser.add_argument("--note", default="", help="why, and by which document")

    def handle(self, *args: Any, **options: Any) -> None:
        owner, union = owner_named(options["owner"])
        preset = preset_named(options["preset"] or "")
        if options["preset"] and preset is None:
            raise CommandError(
                f"没有 {options['preset'][:40]} 这个地区。有：{'、'.join(p.key for p in presets())}。"
            )
        values = {**(preset.values if preset else {}), **dict(value_of(text) for text in options["set"])}
        note = "\n".join(part for part in (options["note"], preset.note if preset else "") if part)
        try:
            made = publish_policy(
                owner=owner,
                union=union,
                values=values,
                effective_from=instant_of(options["since"]),
                by=None,
                now=now_ms(),
                note=note,
            )
        except PolicyRefused as refused:
            lines = [
                f"{field_name(f)}：{words}" if f in FIELDS else words for f, words in refused.sentences()
            ]
            raise CommandError("".join(lines)) from refused
        since = from_ms(made.effective_from).astimezone(SHANGHAI).isoformat()
        named = {name: str(value) for name, value in values.items()}
        body = {"policy": str(made), "effective_from": since, "values": named}
        self.answer(body, f"{made} from {since}: {named or 'all inherited'}", as_json=options["json"])
