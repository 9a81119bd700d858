"""What can be wrong at the door. ``code`` is for programs and tests, the text is for people."""

from django.utils.translation import gettext_lazy as _

__all__ = ["CodeExpired", "CodeWrong", "DoorError", "NoAttemptLeft", "TooManyRequests"]


class DoorError(Exception):
    code = "door"
    message = _("这一步没成。请从手机号重新来。")

    def __str__(self) -> str:
        return str(self.message)


class CodeWrong(DoorError):
    """``left`` more tries with the same code."""

    code = "code_wrong"
    message = _("验证码不对，再看一眼短信。还能试 {n} 次。")

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def __str__(self) -> str:
        return str(self.message).format(n=self.left)


class NoAttemptLeft(DoorError):
    code = "no_attempt_left"
    message = _("试了几次都不对，这个验证码作废了。重新发一个就好。")


class CodeExpired(DoorError):
    code = "code_expired"
    message = _("验证码过了 5 分钟，用不了了。重新发一个就好。")


class TooManyRequests(DoorError):
    code = "too_many_requests"
    message = _("刚发过一条，过 1 分钟才能再发。今天发满 10 条，就请单位工会当面帮你登录。")
