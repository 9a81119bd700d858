"""
The door for phones: a number, a code of six digits, and one is in. It is sign-in and sign-up in one, because people
do not know which of the two they need.

Nothing is made in the database before the number is proved. What waits for the proof lives in the session: the number
encrypted, the code as a keyed hash. Whether a number is known makes no difference that a stranger could see.
"""

import hmac
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256

from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.exceptions import CodeExpired, CodeWrong, NoAttemptLeft, TooManyRequests
from accounts.rules import mask_phone
from core import gateways, keys
from core.limits import within_limit

SESSION_KEY = "phone_door"
_CONTEXT = "accounts.phone_door"
RESEND_MS = 60_000


@dataclass
class Waiting:
    """A code that was sent and not yet given back. Instants in ms since the epoch."""

    sealed_phone: str
    code_mac: str
    sent_at_ms: int
    failed: int = 0
    next: str = ""

    @property
    def phone(self) -> str:
        return keys.decrypt(self.sealed_phone, context=_CONTEXT)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    def resend_in_seconds(self, now_ms: int) -> int:
        """Return after how many seconds another code may be asked for."""
        return max(0, -((now_ms - self.sent_at_ms - RESEND_MS) // 1000))


def send_code(request: HttpRequest, *, phone: str, now_ms: int, next_url: str = "") -> Waiting:
    """
    Send a code to a number (E.164) and remember in the session that it waits.

    :raises TooManyRequests: if this number or this address had too many.
    """
    index = keys.blind_index(phone, context=_CONTEXT)
    if not ratelimit.consume(request, action="request_login_code", key=index):
        raise TooManyRequests
    code = f"{secrets.randbelow(1_000_000):06d}"
    waiting = Waiting(
        sealed_phone=keys.encrypt(phone, context=_CONTEXT),
        code_mac=_mac(phone, code),
        sent_at_ms=now_ms,
        next=next_url,
    )
    request.session[SESSION_KEY] = asdict(waiting)
    minutes = settings.PHONE_CODE_SECONDS // 60
    gateways.send_sms(
        to=phone,
        text=_("【技能强国】验证码 {code}，{minutes} 分钟内有效。不是你要的就不用管。").format(
            code=code, minutes=minutes
        ),
    )
    return waiting


def waiting_in(request: HttpRequest) -> Waiting | None:
    """Return what waits in this session, or None."""
    state = request.session.get(SESSION_KEY)
    return Waiting(**state) if state else None


def take_code(request: HttpRequest, *, code: str, now_ms: int) -> Waiting:
    """
    Accept the right code once and forget it; return what had waited.

    :raises CodeExpired: if no code waits, or it is too old.
    :raises CodeWrong: if it is another one; its ``left`` says how many tries remain.
    :raises NoAttemptLeft: if this was the last try.
    """
    waiting = waiting_in(request)
    if waiting is None or now_ms - waiting.sent_at_ms > settings.PHONE_CODE_SECONDS * 1000:
        raise CodeExpired
    # The session counts for the page; the cache counts, in one step, tries that arrive at the same time.
    most, seconds = settings.PHONE_CODE_ATTEMPTS, settings.PHONE_CODE_SECONDS
    in_time = within_limit(f"phone-code:{waiting.code_mac}", amount=most, seconds=seconds)
    if waiting.failed >= most or not in_time:
        raise NoAttemptLeft
    if not hmac.compare_digest(waiting.code_mac, _mac(waiting.phone, code)):
        waiting.failed += 1
        request.session[SESSION_KEY] = asdict(waiting)
        left = settings.PHONE_CODE_ATTEMPTS - waiting.failed
        raise CodeWrong(left) if left else NoAttemptLeft
    del request.session[SESSION_KEY]
    return waiting


def _mac(phone: str, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{_CONTEXT}\0{phone}\0{code}".encode(), sha256).hexdigest()
