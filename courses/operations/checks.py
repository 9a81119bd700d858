"""Switching a rule of the standards check off, and on again."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit
from courses.checks import RULES
from courses.models import SwitchedOffRule


class CannotSwitch(ValueError):
    """There is no such rule (``unknown``), it is one without which no edition can be made (``needed``), or nobody said
    why (``reason``). The message is that word."""


@transaction.atomic
def switch_rule(*, key: str, is_on: bool, by: User, now: datetime, reason: str = "") -> None:
    """
    Hold courses to a rule from now on, or no longer; doing it twice changes nothing. The audit log keeps who and why.

    :raises CannotSwitch: see there.
    """
    rule = next((rule for rule in RULES if rule.key == key), None)
    if rule is None:
        raise CannotSwitch("unknown")
    reason = reason.strip()[:200]
    if is_on:
        changed, _rows = SwitchedOffRule.objects.filter(key=key).delete()
    else:
        if rule.is_needed:
            raise CannotSwitch("needed")
        if not reason:
            raise CannotSwitch("reason")
        _row, changed = SwitchedOffRule.objects.get_or_create(
            key=key, defaults={"reason": reason, "switched_by": by, "switched_at": now}
        )
    if changed:
        audit.record(
            stream="courses",
            action="check.switched_on" if is_on else "check.switched_off",
            actor=by.person.uuid if by.person else None,
            target=f"check:{key}",
            detail={"reason": reason} if reason else {},
        )
