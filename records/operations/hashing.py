"""Which hash new entries take. Old ones keep theirs: each entry's format number says which it has."""

import hashlib

from django.conf import settings

from records.ledger.format import SHA256_FORMAT, SM3_FORMAT


def format_in_force() -> int:
    """Return the format number of entries written now: SM3 under the suite ``gm``, else SHA-256."""
    return SM3_FORMAT if settings.CRYPTO_SUITE == "gm" else SHA256_FORMAT


def has_sm3() -> bool:
    """Return whether this Python's OpenSSL knows SM3; some systems build it without."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True
