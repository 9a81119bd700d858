"""What a learner's year is made of: by course and by source. Sources are what a person would name, not columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import month_start
from records.models import LedgerEntry, StudySession

_KIND, _EVIDENCE = LedgerEntry.Kind, LedgerEntry.Evidence
SOURCES = {
    "online": gettext_lazy("联网学习"),
    "offline": gettext_lazy("离线学习"),
    "attendance": gettext_lazy("面授"),
    "practice": gettext_lazy("实操"),
    "import": gettext_lazy("导入"),
    "statement": gettext_lazy("外部记录"),
    "correction": gettext_lazy("更正和补录"),
}
"""By key in the address. An attribution is none: it only moves time between unions."""
_CORRECTIONS = (_KIND.REVERSAL, _KIND.GRANT)
_BY_KIND = {
    _KIND.ATTENDANCE: "attendance",
    _KIND.PRACTICE: "practice",
    _KIND.IMPORT: "import",
    _KIND.STATEMENT: "statement",
}
COURSES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Share:
    """Credited ms of one course (key and title; both empty: hours without one) from one source."""

    course: str
    title: str
    source: str
    ms: int


def source_of(kind: str, evidence: str) -> str:
    """
    Return the source of an entry, empty for an attribution.

    >>> source_of("study", "offline"), source_of("study", "beats"), source_of("grant", "leader")
    ('offline', 'online', 'correction')
    """
    if kind == _KIND.STUDY:
        return "offline" if evidence == _EVIDENCE.OFFLINE else "online"
    return "correction" if kind in _CORRECTIONS else _BY_KIND.get(_KIND(kind), "")


def entries_from(source: str) -> Q:
    """Return the condition for the entries of a source; nothing fits one that is not in ``SOURCES``."""
    if source == "offline":
        return Q(kind=_KIND.STUDY, evidence=_EVIDENCE.OFFLINE)
    if source == "online":
        return Q(kind=_KIND.STUDY) & ~Q(evidence=_EVIDENCE.OFFLINE)
    if source == "correction":
        return Q(kind__in=_CORRECTIONS)
    return Q(kind__in=[kind for kind, key in _BY_KIND.items() if key == source])


def sessions_from(source: str) -> Q | None:
    """Return the condition for the sessions a source has, None where it has no player and so nothing is refused."""
    if source in {"online", "offline"}:
        return Q(source="offline") if source == "offline" else ~Q(source="offline")
    return None


def shares_of_year(learner: UUID, today: date) -> list[Share]:
    """Return what this year is made of, by course and source. One query."""
    january = today.replace(month=1, day=1)
    session = StudySession.objects.filter(pk=OuterRef("session"))
    empty = Value("")
    rows = (
        LedgerEntry.objects.filter(learner=learner, day__gte=january, month__gte=month_start(january))
        .exclude(kind=_KIND.ATTRIBUTION)
        .annotate(
            of_course=Coalesce(Subquery(session.values("course")[:1]), empty),
            of_title=Coalesce(Subquery(session.values("course_title")[:1]), empty),
        )
        .order_by()
        .values_list("of_course", "of_title", "kind", "evidence")
        .annotate(sum_ms=Sum("ms"))
    )
    return [Share(course, title, source_of(kind, evidence), ms) for course, title, kind, evidence, ms in rows]


def courses_in(shares: Iterable[Share]) -> list[tuple[str, str, int]]:
    """
    Return courses as key, title and ms, the most studied first; the rest and hours without a course under the empty key.

    >>> courses_in([Share("a", "焊", "online", 5), Share("a", "焊", "correction", -2), Share("", "", "import", 1)])
    [('a', '焊', 3), ('', '没有课程的', 1)]
    """
    titles: dict[str, str] = {}
    found: dict[str, int] = {}
    for share in shares:
        titles.setdefault(share.course, share.title)
        found[share.course] = found.get(share.course, 0) + share.ms
    without = found.pop("", 0)
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    rest = sum(ms for _key, ms in rows[COURSES_SHOWN:])
    out = [(key, titles[key] or _("课程"), ms) for key, ms in rows[:COURSES_SHOWN]]
    if rest:
        out.append(("", _("其余课程"), rest))
    return out + ([("", _("没有课程的"), without)] if without else [])


def sources_in(shares: Iterable[Share]) -> list[tuple[str, str, int]]:
    """Return sources as key, name and ms, in the order of ``SOURCES``."""
    found: dict[str, int] = {}
    for share in shares:
        found[share.source] = found.get(share.source, 0) + share.ms
    return [(key, str(name), found[key]) for key, name in SOURCES.items() if key in found]
