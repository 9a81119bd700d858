"""Give a role to somebody, or take it back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import operations, queries


class Command(BaseCommand):
    help = "Grant a role to a user (or --revoke it). Officers are appointed by their union instead."

    def add_arguments(self, parser: CommandParser) -> None:
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
            self.stdout.write("revoked" if held else "was not held")
            return
        try:
            operations.grant_role(user=user, role=options["role"], at=timezone.now())
        except operations.RoleConflict as error:
            raise CommandError("系统、安全、审计三种管理员要由不同的人担任。") from error
        self.stdout.write("granted")
