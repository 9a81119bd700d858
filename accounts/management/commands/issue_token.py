from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.api import ApiToken, UserNotFound, find_user, issue_token
from core.answering import AnsweringCommand

LABEL_MAX = ApiToken._meta.get_field("label").max_length or 0


class Command(AnsweringCommand):
    help = "Print a bearer token of a user; it cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("login", metavar="LOGIN", help="user name, e-mail address or phone number")
        parser.add_argument("--scope", action="append", required=True, choices=ApiToken.Scope.values)
        parser.add_argument("--label", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = find_user(options["login"])
        except UserNotFound as error:
            raise CommandError(f"没有这个账号：{error}") from error
        label = options["label"]
        if len(label) > LABEL_MAX:
            raise CommandError(f"--label 最多 {LABEL_MAX} 个字。")
        secret = issue_token(user=user, scopes=options["scope"], label=label)
        body = {
            "token": secret,
            "login": user.get_username(),
            "person": str(user.person.uuid),
            "scopes": sorted(set(options["scope"])),
            "label": label,
        }
        self.answer(body, secret, as_json=options["json"])
