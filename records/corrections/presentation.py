"""Objections and corrections as the pages of learner and officer show them. No page asks more the more rows it has."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api import User, names_of
from core import display
from core.clock import day_of, from_ms
from records import reasons
from records.models import Correction, Objection, ObjectionStep
from records.models.ledger import Reason
from unions.api import Union, sees_names

SHOWN_SPANS = 40


class Names:
    """Names of learners where this officer may see them, marks elsewhere; two queries for a whole page."""

    def __init__(self, officer: User, homes: Mapping[UUID, UUID | None]) -> None:
        """``homes`` are the unions of the learners in question."""
        wanted = {union for union in homes.values() if union}
        self.unions = {u.uuid: u for u in Union.objects.filter(uuid__in=wanted)}
        self._open = {
            learner
            for learner, home in homes.items()
            if home in self.unions and sees_names(officer, self.unions[home])
        }
        self._names = names_of(self._open) if self._open else {}

    def of(self, learner: UUID) -> str:
        return self._names.get(learner) or _("会员 %(mark)s") % {"mark": learner.hex[-6:].upper()}

    def union(self, uuid: UUID | None) -> str:
        known = self.unions.get(uuid) if uuid else None
        return known.name if known else ""


def objection_rows(
    objections: Sequence[Objection], officer: User, below: Union, today: date
) -> list[dict[str, Any]]:
    """Return the rows of an officer's list."""
    names = Names(officer, {o.learner: o.union for o in objections})
    return [
        {
            "url": reverse("records:desk_objection", args=[below.uuid, o.uuid]),
            "name": names.of(o.learner),
            "union": names.union(o.union),
            "title": o.evidence["session"]["title"],
            "what": reasons.what(o.ms),
            "reason": Reason(o.reason).label,
            "day": o.day,
            "words": o.words,
            "age": (today - day_of(o.filed_at)).days + 1,
            **due_of(o, today),
        }
        for o in objections
    ]


def due_of(objection: Objection, today: date) -> dict[str, Any]:
    """Return state and due date in words, and whether it is late."""
    is_open = objection.state in Objection.OPEN
    return {
        "state": Objection.State(objection.state).label,
        "is_open": is_open,
        "due_on": objection.due_on,
        "is_overdue": is_open and today > objection.due_on,
        "is_due_today": is_open and today == objection.due_on,
        "is_escalated": objection.escalations > 0,
    }


def evidence_facts(objection: Objection) -> list[tuple[str, str]]:
    """Return the frozen evidence as pairs of words."""
    document = objection.evidence
    session, sent = document["session"], document["sent"]
    spans = document["spans"]
    places = _("、").join(
        f"{display.clock_position(a)}–{display.clock_position(b)}" for a, b in _places(spans)[:SHOWN_SPANS]
    )
    facts = [
        (_("哪一天"), display.full_day(objection.day)),
        (_("哪节课"), "，".join(t for t in (session["title"], session["course_title"]) if t)),
        (_("几点到几点"), _("、").join(_times(spans)[:SHOWN_SPANS])),
        (_("课里的位置"), places or _("没有位置，只有时间")),
        (_("多少没有算"), display.spoken(objection.ms)),
        (_("为什么没算"), reasons.why(objection.reason)),
        (_("哪台设备"), session["device"] or _("没有报设备")),
        (_("这次学习"), _sitting(session)),
        (_("播放器传来"), _sent(sent)),
        (_("在场确认"), _checks(sent["checks"])),
        (_("按哪版规则"), objection.policy),
        (_("依据的校验码"), objection.evidence_hash),
    ]
    return [(label, value) for label, value in facts if value]


def _places(spans: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for a, b in sorted(tuple(s["positions"]) for s in spans if s["positions"]):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def _times(spans: Iterable[Mapping[str, Any]]) -> list[str]:
    found = {(_clock(s["t"][0]), _clock(s["t"][1])): None for s in spans}
    merged: list[list[str]] = []
    for a, b in sorted(found):
        if merged and a <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], b)
        else:
            merged.append([a, b])
    return [a if a == b else f"{a}–{b}" for a, b in merged]


def _clock(instant: str) -> str:
    return datetime.fromisoformat(instant).strftime("%H:%M:%S")


def _sitting(session: Mapping[str, Any]) -> str:
    opened = _clock(session["opened_at"])
    if session["ended_at"] is None:
        return _("{time} 开始，提异议时还没结束").format(time=opened)
    return _("{time} 开始，{end} 结束").format(time=opened, end=_clock(session["ended_at"]))


def _sent(sent: Mapping[str, Any]) -> str:
    if not sent["beats"]:
        return _("没有记录")
    missing = sent["last"] - sent["first"] + 1 - sent["beats"]
    words = _("{n} 段播放记录，编号 {a} 到 {b}").format(n=sent["beats"], a=sent["first"], b=sent["last"])
    return words + (_("，中间缺 {n} 段").format(n=missing) if missing else _("，没有缺"))


def _checks(checks: Iterable[Mapping[str, Any]]) -> str:
    words = {"proof": _("点了"), "miss": _("没等到")}
    asked = [
        f"{_clock(check['at'])} {words[check['outcome']]}"
        for check in checks
        if check["at"] and check["outcome"] in words
    ]
    return _("、").join(asked) or _("还没有问过")


INSIDE = (ObjectionStep.Kind.PROPOSED, ObjectionStep.Kind.RETURNED)
"""Steps between two officers: the learner hears of an outcome when the second person has decided."""


def step_items(objection: Objection, *, of_learner: bool = False) -> list[dict[str, Any]]:
    """Return the course of an objection as a timeline, as officers see it or as the learner does. Two queries."""
    steps = list(objection.steps.exclude(kind__in=INSIDE if of_learner else ()).order_by("pk"))
    desks = {u.uuid: u.name for u in Union.objects.filter(uuid__in={s.desk for s in steps})}
    return [
        {
            "what": f"{step.get_kind_display()}{_('：')}{step.words}"
            if step.words
            else step.get_kind_display(),
            "when": display.moment(from_ms(step.at)),
            "note": desks.get(step.desk, ""),
        }
        for step in steps
    ]


def correction_rows(
    corrections: Sequence[Correction], officer: User, below: Union, today: date
) -> list[dict[str, Any]]:
    """Return the rows of the list of corrections."""
    names = Names(officer, {c.learner: c.union or c.desk for c in corrections})
    return [
        {
            "url": reverse("records:desk_correction", args=[below.uuid, c.uuid]),
            "name": names.of(c.learner),
            "union": names.union(c.union or c.desk),
            "age": (today - day_of(c.filed_at)).days + 1,
            "is_own": c.filed_by == officer.person.uuid,
            **correction_words(c),
        }
        for c in corrections
    ]


def correction_words(correction: Correction) -> dict[str, Any]:
    """Return what a correction does, in words."""
    sign = "−" if correction.ms < 0 else "+"
    return {
        "what": f"{sign}{display.primes(abs(correction.ms))}",
        "kind": Correction.Kind(correction.kind).label,
        "reason": Correction.Why(correction.reason).label,
        "day": correction.day,
        "words": correction.words,
        "state": Correction.State(correction.state).label,
        "is_open": correction.state == Correction.State.FILED,
    }
