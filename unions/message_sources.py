"""What unions bring to the message centre when somebody looks: notices, and requests that wait for an officer."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, day_of, day_start_ms, from_ms, to_ms
from core.inbox import Entry
from unions.models import JoinRequest, Union
from unions.noticeboard import concerned_ids, notices_for
from unions.policies import Post, posts_of
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
    news; from above only those that wait too long are, because somebody nearer answers the others. Two statements, however
    many posts.
    """
    today = day_of(to_ms(now))
    posts = [post for post in posts_of(user, today) if post.duty == "membership" and post.may_write]
    paths = {post.path for post in posts}
    tops = [
        post
        for post in {post.path: post for post in posts}.values()
        if not any(post.path != path and post.path.startswith(path) for path in paths)
    ]
    if not tops:
        return
    found = _waiting_at(tops, user.person_id, today)
    waited_for = [post for number, post in enumerate(tops) if found[f"n{number}"]]
    if not waited_for:
        return
    names = dict(
        Union.objects.filter(uuid__in=[post.union for post in waited_for]).values_list("uuid", "name")
    )
    for number, post in enumerate(tops):
        if post not in waited_for:
            continue
        days = (today - found[f"oldest{number}"]).days + 1
        yield Entry(
            key=f"joins:{post.union}:{found[f'last{number}']}",
            kind="join.waiting",
            title=_("{n} 份入会申请等你确认").format(n=found[f"n{number}"]),
            body=_("最久的一份今天是第 {n} 天。确认后，从申请那天起学的都算进单位。").format(n=days),
            at=from_ms(day_start_ms(found[f"newest{number}"])),
            is_day=True,
            url=reverse("unions:inbox", args=[post.union]),
            action=_("去处理"),
            source=f"union:{post.union}",
            source_name=names[post.union],
            is_task=True,
            is_late=days >= OLD_DAYS,
        )


def _waiting_at(posts: Sequence[Post], own: int, today: date) -> dict[str, Any]:
    """Return for each post, by its number, how many wait, since when, and the last request that ever came."""
    old = Q(sent_on__lte=today - timedelta(days=OLD_DAYS - 1))
    wanted: dict[str, Any] = {}
    for number, post in enumerate(posts):
        here = Q(union__path__startswith=post.path)
        waits = here & Q(state=JoinRequest.State.SENT)
        if not post.is_primary:
            waits &= old
        wanted |= {
            f"n{number}": Count("pk", filter=waits),
            f"oldest{number}": Min("sent_on", filter=waits),
            f"newest{number}": Max("sent_on", filter=waits),
            # Of all that ever came: to answer the newest one makes the others no news.
            f"last{number}": Max("pk", filter=here if post.is_primary else waits),
        }
    anywhere = Q()
    for post in posts:
        anywhere |= Q(union__path__startswith=post.path)
    return JoinRequest.objects.filter(anywhere).exclude(person=own).aggregate(**wanted)


def _shortened(text: str) -> str:
    """Return the first paragraph, or its beginning."""
    flat = " ".join(text.strip().splitlines()[:1])
    return flat if len(flat) <= SHOWN_CHARACTERS else f"{flat[: SHOWN_CHARACTERS - 1]}…"
