"""
What the members studied before the demo was loaded: minutes taken over from an earlier platform, so that figures and
charts are alive on any day. They are entries of the kind "import" and say so; nobody in the demo pretends that they came
from beats.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from django.db.models import Q

from accounts.models import Person
from core.clock import day_start_ms
from records.api import Draft, append_entries
from skillspower.demo.content import community
from skillspower.demo.workers import stories
from unions.models import Membership

MONTHS = 6
SOURCE = "earlier-platform"
ACTIVITY = "urn:skillspower:demo:earlier-platform"
EVIDENCE = sha256(b"skillspower demo: minutes of an earlier platform").hexdigest()
SHARE = {"QJZJ": 0.46, "QSGM": 0.38, "YLCG": 0.78, "BGXJ": 0.19}
"""Which part of the members of each union studied in a month: the stories of the demo."""
UNTOUCHED = "gongyou"
"""Sign-ins with this beginning have not studied yet."""


@dataclass(frozen=True)
class Studied:
    learners: int
    entries: int


def first_of_month(today: date, back: int) -> date:
    index = today.year * 12 + today.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)


def _days(random: Random, first: date, last: date) -> Iterator[date]:
    for _ in range(random.randint(2, 3)):
        yield first + timedelta(days=random.randint(0, (last - first).days))


def _drafts(membership: Membership, random: Random, share: float, today: date) -> Iterator[Draft]:
    person = membership.member
    for back in range(MONTHS - 1, -1, -1):
        first = first_of_month(today, back)
        last = min(today - timedelta(days=1), first_of_month(today, back - 1) - timedelta(days=1))
        # A month that began today has nothing before today; who joined later has nothing before that.
        if last < first or membership.active_from > first or random.random() >= share:
            continue
        for day in sorted(_days(random, first, last)):
            ms = random.randint(18 * 60_000, 55 * 60_000)
            started = (
                day_start_ms(day)
                + random.choice([8, 13, 19, 20, 21]) * 3_600_000
                + random.randint(0, 3_599_999)
            )
            yield Draft(
                kind="import",
                source=SOURCE,
                activity=ACTIVITY,
                t_from=started,
                t_to=started + ms,
                ms=ms,
                day=day,
                booked_on=day,
                union=membership.union.uuid,
                occupation=person.occupation_code or None,
                level=person.level_rank,
                policy="national@1",
                evidence="import",
                evidence_ref=EVIDENCE,
            )


def load_history(*, today: date) -> Studied:
    """Append the earlier minutes to the members' chains; the same persons and minutes for the same day."""
    named = [story.person for story in stories()]
    logins = [star.login for star in community.cast() if star.key in named]
    untouched = set(
        Person.objects.filter(
            Q(user__username__startswith=UNTOUCHED) | Q(user__username__in=logins)
        ).values_list("pk", flat=True)
    )
    learners = entries = 0
    memberships = (
        Membership.objects.filter(active_to__isnull=True).select_related("member", "union").order_by("pk")
    )
    for membership in memberships.defer("member__name", "member__phone", "member__identity_number"):
        if membership.member_id in untouched:
            continue
        random = Random(f"{community.SEED} {membership.member.uuid}")  # noqa: S311  # a demo, no secret
        share = SHARE[membership.union.code.split("-")[0]]
        drafts = list(_drafts(membership, random, share, today))
        if drafts:
            append_entries(learner=membership.member.uuid, drafts=drafts)
            learners, entries = learners + 1, entries + len(drafts)
    return Studied(learners, entries)
