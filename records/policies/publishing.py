"""The publishing of a version: bounded, valid from an instant to come, written down, and never changed afterwards."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit
from records.ledger.terms import Terms, Version, resolve
from records.models import StudyPolicy
from records.operations.policies import (
    FIELDS,
    NATIONAL,
    PERMILLE,
    issue_policy,
    terms_for,
    values_of,
)
from records.policies.fields import conflicts, out_of_bounds

STREAM = "records"
NOTE = 2_000


class PolicyRefused(Exception):
    """
    A version may not be published. ``problems`` are pairs of a field (or "" for the whole) and a key: ``bounds``,
    ``interval``, ``closing``, ``proof``, ``past``, ``twice``, ``nothing``.
    """

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{field}:{key}" for field, key in problems))
        self.problems = problems

    def sentences(self) -> list[tuple[str, str]]:
        """Return field and plain sentence of each."""
        words = {
            "bounds": _("这个数超出了范围。"),
            "interval": _("两次确认的最短间隔不能比最长间隔还长。"),
            "closing": _("迟到上传和补学加起来最多 14 天：月度数字 15 天后就封账了。"),
            "proof": _("一次确认要盖得住最长的间隔加上等待的时间，不然按时确认的人也会丢时间。"),
            "past": _("生效时间要在现在之后。已经过去的时间不改，要改用“重算”。"),
            "twice": _("刚刚有人发布了新的一版。刷新页面，看过再发布。"),
            "nothing": _("和上一版完全一样，不用再发布。"),
        }
        return [(field, words[key]) for field, key in self.problems]


_FIELD_OF = {"interval": "presence_max_ms", "closing": "makeup_days", "proof": "proof_covers_ms"}


def problems_of(
    *, owner: str, union: UUID | None, values: Mapping[str, Any], effective_from: int, now: int
) -> list[tuple[str, str]]:
    """Return what stands against a version, as pairs of field and key; nothing if it may be published."""
    found = [(name, "bounds") for name in out_of_bounds(values)]
    if effective_from <= now:
        found.append(("effective", "past"))
    if not found:
        terms = terms_with(draft_version(owner, values), union=union, at=effective_from)
        found += [
            (_FIELD_OF[key], key) for key in conflicts(terms, shortest_ms=values.get("presence_min_ms"))
        ]
    last = StudyPolicy.objects.filter(owner=owner).order_by("-version").first()
    if last is not None and all(getattr(last, n) == values.get(n) for n in FIELDS):
        found.append(("", "nothing"))
    return found


def draft_version(owner: str, values: Mapping[str, Any]) -> Version:
    """Return values that nobody has published yet as the version that would be the owner's next."""
    last = (
        StudyPolicy.objects.filter(owner=owner).order_by("-version").values_list("version", flat=True).first()
    )
    columns = {
        n: Decimal(str(v)) if n in PERMILLE and v is not None else v
        for n, v in ((name, values.get(name)) for name in FIELDS)
    }
    return Version(owner, (last or 0) + 1, values_of(columns))


def terms_with(version: Version, *, union: UUID | None, at: int) -> Terms:
    """Return the terms at an instant if this version were in force; a programme's without a union alone."""
    if version.owner == NATIONAL or version.owner.startswith("union:"):
        return terms_for(union=union, owner_keys=[], since=at, instead=version)[0][1]
    return resolve([], [version])


@transaction.atomic
def publish_policy(
    *,
    owner: str,
    union: UUID | None,
    values: Mapping[str, Any],
    effective_from: int,
    by: UUID | None,
    now: int,
    note: str = "",
    address: str = "",
) -> StudyPolicy:
    """
    Publish the next version of an owner's policy. ``values`` are columns; what is None or not named is inherited.
    ``effective_from`` and ``now`` are ms since the epoch.

    :raises PolicyRefused: if a value is out of bounds, the resulting terms do not fit together, the instant is not to
        come, or somebody else published one meanwhile.
    """
    problems = problems_of(owner=owner, union=union, values=values, effective_from=effective_from, now=now)
    if problems:
        raise PolicyRefused(problems)
    try:
        with transaction.atomic():
            policy = issue_policy(
                owner=owner,
                effective_from=effective_from,
                made_by=by,
                note=note.strip()[:NOTE],
                **{name: values.get(name) for name in FIELDS},
            )
    except IntegrityError as error:
        raise PolicyRefused([("effective", "twice")]) from error
    audit.record(
        stream=STREAM,
        action="policy.publish",
        actor=by,
        target=f"policy:{policy}",
        address=address,
        detail={
            "effective_from": effective_from,
            "values": {n: str(getattr(policy, n)) for n in FIELDS if getattr(policy, n) is not None},
        },
    )
    return policy
