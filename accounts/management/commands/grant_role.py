"""Give a role to somebody, or take it back."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts import operations, queries
from core.answering import AnsweringCommand


class Command(AnsweringCommand):
    help = "Grant a role to a user (or --revoke it). Officers are appointed by their union instead."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("login", metavar="LOGIN", help="user name, e-mail or phone")
        parser.add_argument("role", choices=queries.GRANTABLE)
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = queries.find_user(options["login"])
        except queries.UserNotFound as error:
            raise CommandError(f"没有这个账号：{error}") from error
        if options["revoke"]:
            held = operations.revoke_role(user=user, role=options["role"], at=timezone.now())
            done = "revoked" if held else "was not held"
        else:
            try:
                operations.grant_role(user=user, role=options["role"], at=timezone.now())
            except operations.RoleConflict as error:
                raise CommandError("系统、安全、审计三种管理员要由不同的人担任。") from error
            done = "granted"
        body = {"login": user.get_username(), "role": options["role"], "result": done.replace(" ", "_")}
        self.answer(body, done, as_json=options["json"])
