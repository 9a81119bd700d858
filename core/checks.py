"""What ``check --deploy`` says about a site that is about to go live."""

from typing import Any

from django.conf import settings
from django.core import checks

_KEEPS_ALL = "core.gateways.ConsoleGateway"


@checks.register(checks.Tags.security, deploy=True)
def codes_reach_people(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where nobody can sign in, because codes are kept in the database instead of sent."""
    if settings.DEMO_MODE:
        return []
    return [
        checks.Warning(
            f"{name} is {_KEEPS_ALL}: it sends nothing, and nobody outside a demo sees what it keeps.",
            hint=f"Name a gateway of yours in {name}.",
            id=f"core.W00{number}",
        )
        for number, name in enumerate(("SMS_GATEWAY", "EMAIL_GATEWAY"), start=1)
        if getattr(settings, name) == _KEEPS_ALL
    ]
