from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.api import ApiToken, UserNotFound, find_user, issue_token


class Command(BaseCommand):
    help = "Print a bearer token of a user; it cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="user name, e-mail address or phone number")
        parser.add_argument("--scope", action="append", required=True, choices=ApiToken.Scope.values)
        parser.add_argument("--label", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = find_user(options["login"])
        except UserNotFound as error:
            raise CommandError(f"没有这个账号：{error}") from error
        self.stdout.write(issue_token(user=user, scopes=options["scope"], label=options["label"]))
