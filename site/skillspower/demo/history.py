"""
What the members studied before the demo was loaded: minutes taken over from an earlier platform, so that figures and
charts are alive on any day. They are entries of the kind "import" and say so, on the member's own page and on the
officer's page of evidence; nobody in the demo pretends that they came from beats. The named workers have none: they
studied (``workers``).

How many took part in each month is the story of their union (``SHARES``), exact to a person. On the 1st the month that
runs has nothing yet; the one before it stands.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil
from random import Random
from uuid import UUID

from core.clock import SHANGHAI, day_start_ms, to_ms
from records.api import Draft, append_entries_of_many
from skillspower.demo.content import community
from unions.models import Membership

MONTHS = 6
SOURCE = "earlier-platform"
ACTIVITY = "urn:skillspower:demo:earlier-platform"
EVIDENCE = sha256(b"skillspower demo: minutes of an earlier platform").hexdigest()
MINUTE = 60_000

SHARES = {
    "QJZJ": (0.44, 0.45, 0.45, 0.46, 0.46, 0.46),
    "QSGM": (0.22, 0.47, 0.24, 0.51, 0.21, 0.38),
    "YLCG": (0.69, 0.72, 0.73, 0.75, 0.78, 0.78),
    "BGXJ": (0.05, 0.08, 0.11, 0.14, 0.19, 0.19),
}
"""Which part of the members of each union took part in each of the last months, the one that runs last: steady, up and
down with the miners' return, best of all, and just begun."""
USUAL_MINUTES = {"QJZJ": 66, "QSGM": 58, "YLCG": 145, "BGXJ": 50}
"""What a participant most often comes to in a month."""
SHORT_OF_IT = 0.12
"""Which part of the others studied as well, for less than a whole 学时."""
WHOLE_MS = 45 * MINUTE
LATE = {"QSGM": 36}
"""So many members of these unions have minutes that arrived when the month was closed: they are booked later (补记)."""
LATE_BACK = 3
LATE_START_MS = 6 * 60 * MINUTE
"""Over before anything else of that day begins: a member's entries never lie on the same instants."""
STARTS_MS = tuple(hour * 60 * MINUTE for hour in (8, 13, 19, 21))


@dataclass(frozen=True)
class Studied:
    learners: int
    entries: int


def load_history(
    *, now: datetime, without: Collection[UUID], taking_part: Collection[UUID] = (), months: int = MONTHS
) -> Studied:
    """
    Append the earlier minutes to the members' chains; the same persons and minutes for the same day. ``now`` is the
    instant of recording: what it finds closed is booked later.

    ``without`` are persons who get none; ``taking_part`` are those of them whose own study makes them participants of
    this month all the same, so that the shares hold with them.
    """
    today = now.astimezone(SHANGHAI).date()
    members: dict[str, list[Membership]] = {code: [] for code in SHARES}
    rows = Membership.objects.filter(active_to__isnull=True).select_related("member", "union").order_by("pk")
    for membership in rows.defer("member__name", "member__phone", "member__identity_number"):
        members[membership.union.code.split("-")[0]].append(membership)
    drafts: dict[UUID, list[Draft]] = {}
    for code, own in members.items():
        known = sum(m.member.uuid in taking_part for m in own)
        others = [m for m in own if m.member.uuid not in without]
        drafts |= drafts_of(code, others, size=len(own), known=known, today=today, months=months)
    return Studied(len(drafts), append_entries_of_many(drafts=drafts, now=to_ms(now)))


def drafts_of(
    code: str, members: Sequence[Membership], *, size: int, known: int, today: date, months: int = MONTHS
) -> dict[UUID, list[Draft]]:
    """
    Return the minutes of a union's members by person, the oldest month first. The union has ``size`` members in all, of
    whom ``known`` take part this month by study of their own.
    """
    random = Random(f"{community.SEED} {code}")  # noqa: S311  # a demo, no secret
    drafts: dict[UUID, list[Draft]] = defaultdict(list)
    shares = SHARES[code][-months:]
    for back, share in zip(range(len(shares) - 1, -1, -1), shares, strict=True):
        days = _days_of(today, back)
        there = [m for m in members if days and m.active_from <= days[0]]
        random.shuffle(there)
        count = min(len(there), ceil(share * size) - (0 if back else known))
        for membership in there[:count]:
            drafts[membership.member.uuid] += _participant(membership, random, days, USUAL_MINUTES[code])
        for membership in there[count : count + round(SHORT_OF_IT * (len(there) - count))]:
            ms = random.randint(8 * MINUTE, 38 * MINUTE)
            at = random.choice(STARTS_MS)
            drafts[membership.member.uuid].append(_draft(membership, random.choice(days), at, ms))
    closed = _days_of(today, LATE_BACK)
    there = [m for m in members if m.active_from <= closed[0]]
    for membership in random.sample(there, min(LATE.get(code, 0), len(there))):
        ms = random.randint(15 * MINUTE, 40 * MINUTE)
        late = _draft(membership, random.choice(closed), LATE_START_MS, ms, is_late=True)
        drafts[membership.member.uuid].append(late)
    return drafts


def first_of_month(today: date, back: int) -> date:
    index = today.year * 12 + today.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def _days_of(today: date, back: int) -> Sequence[date]:
    """Return the days of a month before today."""
    first, end = first_of_month(today, back), min(today, first_of_month(today, back - 1))
    return [first + timedelta(days=n) for n in range((end - first).days)]


def _participant(membership: Membership, random: Random, days: Sequence[date], usual: int) -> Iterator[Draft]:
    """Yield two or three sittings of a month, a whole 学时 together at least, on different days if there are so many."""
    count = random.randint(2, 3)
    left = round(random.triangular(WHOLE_MS + MINUTE, 190 * MINUTE, usual * MINUTE))
    on = sorted(random.sample(days, count)) if len(days) >= count else [days[0]] * count
    starts = sorted(random.sample(STARTS_MS, count))
    for n, (day, start) in enumerate(zip(on, starts, strict=True)):
        ms = left // (count - n)
        left -= ms
        yield _draft(membership, day, start + random.randrange(20 * MINUTE), ms)


def _draft(membership: Membership, day: date, start: int, ms: int, *, is_late: bool = False) -> Draft:
    began = day_start_ms(day) + start
    return Draft(
        kind="import",
        source=SOURCE,
        activity=ACTIVITY,
        t_from=began,
        t_to=began + ms,
        ms=ms,
        day=day,
        booked_on=None if is_late else day,
        union=membership.union.uuid,
        occupation=membership.member.occupation_code or None,
        level=membership.member.level_rank,
        policy="national@1",
        evidence="import",
        evidence_ref=EVIDENCE,
    )
