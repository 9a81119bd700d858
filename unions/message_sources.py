"""What unions bring to the message centre when somebody looks: notices, and requests that wait for an officer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, day_of, day_start_ms, from_ms, to_ms
from core.inbox import Entry
from unions.models import JoinRequest, Union
from unions.noticeboard import concerned_ids, notices_for
from unions.policies import posts_of
from unions.rules import OLD_DAYS

SHOWN_CHARACTERS = 120


def notices(user: Any, now: datetime) -> Iterator[Entry]:
    """The notices of one's unions, those of the last weeks too."""
    today = day_of(to_ms(now))
    for line in notices_for(concerned_ids(user, today), today):
        begins = from_ms(day_start_ms(line.active_from))
        yield Entry(
            key=f"notice:{line.uuid}",
            kind="notice.union",
            title=line.title,
            body=_shortened(line.text),
            at=max(line.published_at.astimezone(SHANGHAI), begins),
            url=reverse("unions:notice", args=[line.uuid]),
            source=f"union:{line.union}",
            source_name=line.union_name,
            is_over=not line.is_current(today),
            place=line.id,
        )


def waiting_requests(user: Any, now: datetime) -> Iterator[Entry]:
    """
    How many people wait to be let into an officer's unions, one entry a post. At a primary union each new request is
    news; from above only those that wait too long are, because somebody nearer answers the others.
    """
    today = day_of(to_ms(now))
    posts = [post for post in posts_of(user, today) if post.duty == "membership" and post.may_write]
    paths = {post.path for post in posts}
    for post in {post.path: post for post in posts}.values():
        if any(post.path != path and post.path.startswith(path) for path in paths):
            continue
        requests = JoinRequest.objects.filter(union__path__startswith=post.path).exclude(
            person=user.person_id
        )
        waits = Q(state=JoinRequest.State.SENT)
        if not post.is_primary:
            requests = requests.filter(waits, sent_on__lte=today - timedelta(days=OLD_DAYS - 1))
        found = requests.aggregate(
            n=Count("pk", filter=waits),
            oldest=Min("sent_on", filter=waits),
            newest=Max("sent_on", filter=waits),
            # Of all that ever came: to answer the newest one makes the others no news.
            last=Max("pk"),
        )
        if not found["n"]:
            continue
        days = (today - found["oldest"]).days + 1
        yield Entry(
            key=f"joins:{post.union}:{found['last']}",
            kind="join.waiting",
            title=_("{n} 份入会申请等你确认").format(n=found["n"]),
            body=_("最久的一份今天是第 {n} 天。确认后，从申请那天起学的都算进单位。").format(n=days),
            at=from_ms(day_start_ms(found["newest"])),
            is_day=True,
            url=reverse("unions:inbox", args=[post.union]),
            action=_("去处理"),
            source=f"union:{post.union}",
            source_name=Union.objects.filter(uuid=post.union).values_list("name", flat=True).get(),
            is_task=True,
            is_late=days >= OLD_DAYS,
        )


def _shortened(text: str) -> str:
    """Return the first paragraph, or its beginning."""
    flat = " ".join(text.strip().splitlines()[:1])
    return flat if len(flat) <= SHOWN_CHARACTERS else f"{flat[: SHOWN_CHARACTERS - 1]}…"
