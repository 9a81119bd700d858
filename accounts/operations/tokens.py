"""Bearer tokens: given once, kept as a hash."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import ApiToken, User
from accounts.rules import token_digest
from core import audit

PREFIX = "sp_"


@transaction.atomic
def issue_token(
    *,
    user: User,
    scopes: Iterable[str],
    label: str = "",
    expires_at: datetime | None = None,
    by: User | None = None,
) -> str:
    """
    Make a token and return its secret, which nobody can read again.

    :raises ValueError: if no scope or an unknown one is named.
    """
    wanted = sorted(set(scopes))
    unknown = set(wanted) - set(ApiToken.Scope.values)
    if not wanted or unknown:
        raise ValueError(f"scopes are {', '.join(ApiToken.Scope.values)}; not {', '.join(unknown) or 'none'}")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, digest=token_digest(secret), scopes=wanted, label=label, expires_at=expires_at
    )
    audit.record(
        stream="accounts",
        action="token.issue",
        actor=by.person.uuid if by else None,
        target=f"person:{user.person.uuid}",
        detail={"token": str(token.uuid), "scopes": wanted},
    )
    return secret


@transaction.atomic
def revoke_token(*, token: ApiToken, at: datetime, by: User | None = None) -> None:
    """End a token at an instant."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)
    audit.record(
        stream="accounts",
        action="token.revoke",
        actor=by.person.uuid if by else None,
        target=f"person:{token.user.person.uuid}",
        detail={"token": str(token.uuid)},
    )
