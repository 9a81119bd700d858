from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from core.answering import AnsweringCommand
from core.clock import day_of
from core.db import now_ms
from core.display import primes
from records.models import StudyPolicy
from records.operations.policies import version_of
from records.policies.words import field_names
from records.recounts.evidence import Scope
from records.recounts.requests import last_month
from records.recounts.rules import Figures
from records.recounts.running import Change, candidates, dry_run, scope_below
from unions.api import add_union_argument, union_named


def policy_named(text: str) -> StudyPolicy:
    """
    Return the version that ``owner@version`` names: ``national@2``, ``union:CODE@3`` (code or uuid), ``programme:UUID@1``.

    :raises CommandError: if there is none.
    """
    owner, _at, number = text.rpartition("@")
    if owner.startswith("union:"):
        owner = f"union:{union_named(owner.removeprefix('union:')).uuid}"
    found = None
    if number.isdecimal() and len(number) < 9:
        found = StudyPolicy.objects.filter(owner=owner, version=int(number)).first()
    if found is None:
        raise CommandError(f"没有这一版规则：{text[:80]}。写 national@2、union:代码@3 或 programme:uuid@1。")
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"日期写成 2026-11-01 这样，不是 {text[:40]}。") from error


def _by_day(changes: Iterable[Change]) -> dict[str, int]:
    days: dict[str, int] = {}
    for change in changes:
        day = change.found.stretch.day.isoformat()
        days[day] = days.get(day, 0) + change.delta_ms
    return {day: ms for day, ms in sorted(days.items()) if ms}


class Command(AnsweringCommand):
    help = "Say whose time would change if a policy version had judged it. Nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--policy", required=True, metavar="V", help="owner@version, such as national@2")
        parser.add_argument(
            "--dry-run", action="store_true", help="required: two officers enter one, no command does"
        )
        add_union_argument(parser, "--union", what="only members of this union and of those below it")
        parser.add_argument("--from", dest="first", metavar="DAY", help="default: the first of last month")
        parser.add_argument("--to", dest="last", metavar="DAY", help="default: the last of last month")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dry_run"]:
            raise CommandError("重算要两个人在“学时规则”页提交和复核，命令只试算：加上 --dry-run。")
        policy = policy_named(options["policy"])
        first, last = last_month(day_of(now_ms()))
        first = _day(options["first"]) if options["first"] else first
        last = _day(options["last"]) if options["last"] else max(first, last)
        if last < first:
            raise CommandError("--to 早于 --from。")
        union = union_named(options["union"]) if options["union"] else None
        scope = Scope(version_of(policy), first, last, scope_below(union))
        figures, rows = Figures(), list[tuple[UUID, dict[str, int], int]]()
        for learner, changes, so_far in dry_run(candidates(union=union, day_from=first, day_to=last), scope):
            figures = so_far
            if changes:
                rows.append((learner, _by_day(changes), sum(change.delta_ms for change in changes)))
        body = {
            "policy": str(policy),
            "from": first.isoformat(),
            "to": last.isoformat(),
            **figures.as_json(),
            "changes": [{"learner": str(who), "change_ms": ms, "days": days} for who, days, ms in rows],
        }
        lines = [
            f"{who}  {_signed(ms)}  {' '.join(f'{d} {_signed(v)}' for d, v in days.items())}"
            for who, days, ms in rows
        ]
        lines.append(
            f"{policy}, {first} – {last}: {figures.changed} of {figures.learners} learners change, "
            f"{_signed(figures.gained_ms)} {_signed(-figures.lost_ms)}"
        )
        if figures.beyond:
            lines.append(f"not judged again, no evidence is kept: {', '.join(field_names(figures.beyond))}")
        self.answer(body, "\n".join(lines), as_json=options["json"])


def _signed(ms: int) -> str:
    return ("-" if ms < 0 else "+") + primes(abs(ms))
