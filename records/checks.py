"""What ``check`` says about the study record's settings; every start of a server asks it."""

from typing import Any

from django.conf import settings
from django.core import checks

from records.operations.hashing import has_sm3


@checks.register(checks.Tags.security)
def hash_is_there(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse a site that is to hash its ledger with SM3 where OpenSSL was built without it."""
    if settings.CRYPTO_SUITE != "gm" or has_sm3():
        return []
    return [
        checks.Error(
            "CRYPTO_SUITE=gm hashes the ledger with SM3, which the OpenSSL of this Python does not have.",
            hint="Use a Python with OpenSSL 1.1.1 or later, built with SM3 (no-sm3 leaves it out), or CRYPTO_SUITE=intl.",
            id="records.E001",
        )
    ]
