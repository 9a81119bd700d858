"""Steps between a right password and being in."""

from typing import Any

from allauth.account.stages import EmailVerificationStage


class EmailStage(EmailVerificationStage):
    """An unproved mail address is proved first. Who has none, but a phone or a user name, is not asked for one."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and not user.email:
            return None, True
        return super().handle()
