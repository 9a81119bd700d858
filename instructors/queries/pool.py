"""Reading the teaching pool. An honour is shown only when it is verified and not withdrawn."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.display import full_day
from core.trades import trade_of
from core.workdays import workdays_between
from instructors.models import HeldHonour, InstructorProfile, InstructorProfileQuerySet, TaughtTrade


@dataclass(frozen=True)
class HonourLine:
    """An honour as the public sees it."""

    name: str
    year: int
    number: str
    issuer: str
    verified_on: str
    verified_by: str


@dataclass(frozen=True)
class InstructorCard:
    """An instructor in a list or beside a course. ``trade_line`` is 焊工，一级/高级技师; honours newest first."""

    id: int
    name: str
    slug: str
    url: str
    trade_line: str
    occupation_code: str
    employer: str
    quote: str
    grade: str
    honours: tuple[HonourLine, ...]

    @property
    def trade(self) -> str:
        """The key of the trade whose colour and glyph the portrait wears."""
        return trade_of(self.occupation_code) if self.occupation_code else ""

    @property
    def honour(self) -> HonourLine | None:
        """The one honour a card has room for."""
        return self.honours[0] if self.honours else None


def shown_honours() -> QuerySet[HeldHonour]:
    """Return the honours that may be shown, newest first."""
    return (
        HeldHonour.objects.filter(verified_at__isnull=False, withdrawn_at__isnull=True)
        .select_related("honour", "verified_by__person")
        .order_by("-year", "honour__code")
    )


def profiles() -> InstructorProfileQuerySet:
    """Return all profiles with trades and shown honours, in a constant number of queries."""
    trades = TaughtTrade.objects.select_related("occupation", "level").order_by("-level__rank", "pk")
    return InstructorProfile.objects.select_related("union").prefetch_related(
        Prefetch("trades", trades, to_attr="shown_trades"),
        Prefetch("honours", shown_honours(), to_attr="shown_honours"),
    )


def listed() -> InstructorProfileQuerySet:
    """Return the profiles that their owners made public, by pinyin."""
    return profiles().filter(is_listed=True).order_by("pinyin", "pk")


def card_of(profile: InstructorProfile) -> InstructorCard:
    """Return the card of a profile read by :func:`profiles`."""
    trade = profile.shown_trades[0] if profile.shown_trades else None
    return InstructorCard(
        id=profile.pk,
        name=profile.public_name,
        slug=profile.slug,
        url=f"/instructors/{profile.slug}/" if profile.is_listed else "",
        trade_line=f"{trade.occupation.name}，{trade.level.label}" if trade else "",
        occupation_code=trade.occupation_id if trade else "",
        employer=profile.employer,
        quote=profile.quote,
        grade=profile.get_grade_display(),
        honours=tuple(_line(held) for held in profile.shown_honours),
    )


def notice_words(held: HeldHonour, on: date) -> str:
    """Return where an honour's public notice stands on a day: “公示第 3 天，共 5 天”; empty if it has none."""
    if held.notice_from is None or held.notice_to is None:
        return ""
    whole = workdays_between(held.notice_from, held.notice_to)
    if on < held.notice_from:
        return _("{day}起公示，共 {n} 天").format(day=full_day(held.notice_from), n=whole)
    if on >= held.notice_to:
        return _("公示满 {n} 天，等核验").format(n=whole)
    day = workdays_between(held.notice_from, on + timedelta(days=1))
    return _("公示第 {day} 天，共 {n} 天").format(day=day, n=whole)


def state_words(held: HeldHonour, on: date) -> str:
    """Return where an honour stands, in words for those who keep the pool; learners see only what is verified."""
    if held.withdrawn_at:
        return _("已撤下")
    if held.verified_at:
        return _("{who} 于 {day} 核验").format(
            who=held.verified_by, day=f"{localtime(held.verified_at):%Y-%m-%d}"
        )
    return notice_words(held, on) or _("等核验")


def _line(held: HeldHonour) -> HonourLine:
    return HonourLine(
        name=held.honour.name,
        year=held.year,
        number=held.number,
        issuer=held.honour.issuer,
        verified_on=f"{held.verified_at:%Y-%m-%d}" if held.verified_at else "",
        verified_by=str(held.verified_by or ""),
    )


def cards(ids: list[int]) -> dict[int, InstructorCard]:
    """Return the cards of these instructors by id, in three queries."""
    return {profile.pk: card_of(profile) for profile in profiles().filter(pk__in=ids)}
