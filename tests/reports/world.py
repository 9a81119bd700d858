"""A small world of unions, members and study, and a count of it that shares no line with the roll-up."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Person
from core.clock import SHANGHAI, day_start_ms, to_ms
from records.api import Draft, append_entries
from records.models import Completion, LedgerEntry, Mark
from reports.models import UNASSIGNED, OwnStudy, UnionStudy
from reports.rules import FIGURE_NAMES, Figures, Period
from unions.models import Line, Membership, Union, UnionKind, UnionPlace

BEGINNING = date(2026, 1, 1)
_numbers = count(1)


def make_union(
    name: str,
    *,
    under: Union | None = None,
    line: str = Line.ADMINISTRATIVE,
    since: date = BEGINNING,
    **fields: object,
) -> Union:
    """Make a union that stands under another one (or at the top) from a day on."""
    kind, _ = UnionKind.objects.get_or_create(
        code="ANY",
        defaults={"name": "任意", "level": 5, "lowest_child_level": 1, "highest_child_level": 8},
    )
    union = Union.objects.create(
        code=f"T-{next(_numbers)}", name=name, opened_on=since, **{"kind": kind, **fields}
    )
    place(union, under=under, line=line, since=since)
    return union


def place(union: Union, *, under: Union | None, line: str = Line.ADMINISTRATIVE, since: date) -> None:
    UnionPlace.objects.create(union=union, line=line, parent=under, active_from=since)


def move_union(union: Union, *, under: Union | None, on: date, line: str = Line.ADMINISTRATIVE) -> None:
    """Move a union to another parent from a day on."""
    with transaction.atomic():
        UnionPlace.objects.filter(union=union, line=line, active_to=None).update(active_to=on)
        place(union, under=under, line=line, since=on)


def make_member(union: Union | None = None, *, since: date = BEGINNING, **fields: object) -> Person:
    person = Person.objects.create(**fields)
    if union is not None:
        Membership.objects.create(member=person, union=union, active_from=since)
    return person


def move_member(person: Person, *, to: Union | None, on: date) -> None:
    with transaction.atomic():
        Membership.objects.filter(member=person, active_to=None).update(active_to=on)
        if to is not None:
            Membership.objects.create(member=person, union=to, active_from=on)


def study(
    learner: UUID | Person,
    ms: int,
    *,
    day: date,
    union: Union | None,
    recorded_on: date | None = None,
    **fields: object,
) -> LedgerEntry:
    """Append one entry of ``ms`` milliseconds on a day to the ledger, as the player would."""
    uuid = learner.uuid if isinstance(learner, Person) else learner
    start = day_start_ms(day) + 8 * 3_600_000
    draft = Draft(
        **{
            "kind": "study",
            "source": "player",
            "activity": "urn:test",
            "t_from": start,
            "t_to": start + ms,
            "ms": ms,
            "day": day,
            "policy": "national@1",
            "evidence": "beats",
            "session": uuid4(),
            "lesson": uuid4(),
            "part": uuid4(),
            "union": union and union.uuid,
            **fields,
        }
    )
    now = day_start_ms(recorded_on or day) + 20 * 3_600_000
    (link,) = append_entries(learner=uuid, drafts=[draft], now=now)
    return LedgerEntry.objects.get(learner=uuid, n=link.entry.n)


def complete(learner: Person, *, day: date, union: Union | None) -> None:
    """Enter a finished lesson, with the mark that goes with it."""
    with transaction.atomic():
        Completion.objects.create(
            learner=learner.uuid,
            lesson=uuid4(),
            day=day,
            booked_on=day,
            union=union.uuid if union else UNASSIGNED,
            recorded_at=day_start_ms(day),
        )
        Mark.objects.create(learner=learner.uuid, day=day)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def subtree(union: Union, period: Period, *, line: str = Line.ADMINISTRATIVE) -> Figures:
    """Return the live figures of a union and all below it."""
    row = UnionStudy.objects.filter(
        union=union.uuid, line=line, kind=period.kind, start=period.start, dimension="", value=""
    ).first()
    return _figures(row)


def own(union: Union | UUID, period: Period) -> Figures:
    """Return the live figures of a union's own members and entries."""
    uuid = union if isinstance(union, UUID) else union.uuid
    return _figures(
        OwnStudy.objects.filter(union=uuid, kind=period.kind, start=period.start, dimension="").first()
    )


def _figures(row: OwnStudy | UnionStudy | None) -> Figures:
    return Figures(*(getattr(row, name) for name in FIGURE_NAMES)) if row else Figures()


def all_rows() -> dict[str, set[tuple[object, ...]]]:
    """Return every row that says something: a row of zeros and no row say the same."""
    found = {}
    for model in (OwnStudy, UnionStudy):
        keys = [f.attname for f in model._meta.concrete_fields if f.name != "id"]
        rows = model.objects.values(*keys)
        found[model.__name__] = {
            tuple(row[k] for k in keys) for row in rows if any(row[name] for name in FIGURE_NAMES)
        }
    return found


@dataclass
class Recount:
    """
    Figures counted anew from ledger, memberships and places, row by row in Python: slow, plain, and independent of
    the roll-up.
    """

    today: date
    own: dict[tuple[UUID, Period], Figures] = field(default_factory=dict)

    def of(self, union: Union, period: Period, *, line: str = Line.ADMINISTRATIVE) -> Figures:
        on = min(self.today, period.last_day)
        total = self.own_of(union, period)
        for child in UnionPlace.objects.filter(parent=union, line=line, active_from__lte=on).select_related(
            "union"
        ):
            stands = child.active_to is None or child.active_to > on
            closed = child.union.closed_on
            if stands or (closed and closed <= on and child.active_to and child.active_to >= closed):
                total += self.of(child.union, period, line=line)
        return total

    def own_of(self, union: Union, period: Period) -> Figures:
        on = min(self.today, period.last_day)
        booked: dict[tuple[UUID, date, date], int] = defaultdict(int)
        total = 0
        for e in LedgerEntry.objects.filter(
            union=union.uuid, booked_on__gte=period.start, booked_on__lt=period.end
        ):
            total += e.ms
            booked[e.learner, e.day, e.booked_on] += e.ms
        done = Completion.objects.filter(
            union=union.uuid, booked_on__gte=period.start, booked_on__lt=period.end
        ).count()
        flow = Figures(total_ms=total, visits=sum(ms > 0 for ms in booked.values()), completions=done)
        if not period.months:
            return flow
        goal = self._goal(union, period, on)
        for m in Membership.objects.filter(union=union, active_from__lte=on).select_related("member"):
            if m.active_to is not None and m.active_to <= on:
                continue
            person = m.member
            chains = [person.uuid, *person.aliases.values_list("alias", flat=True)]
            ms = sum(
                LedgerEntry.objects.filter(
                    learner__in=chains, booked_on__gte=period.start, booked_on__lt=period.end
                ).values_list("ms", flat=True)
            )
            signed_in = person.registered_at and to_ms(person.registered_at) < day_start_ms(
                on + timedelta(days=1)
            )
            flow += Figures(
                members=1,
                registered=int(bool(signed_in)),
                participants=int(ms >= 45 * 60 * 1000),
                with_goal=int(goal is not None),
                on_target=int(goal is not None and ms >= goal),
                members_ms=ms,
            )
        return flow

    def _goal(self, union: Union, period: Period, on: date) -> int | None:
        union.refresh_from_db()
        if union.month_targets_ms is not None:
            return sum(union.month_targets_ms[m.start.month - 1] for m in period.months)
        if union.annual_target_ms is not None:
            return union.annual_target_ms // 12 * len(period.months)
        for p in UnionPlace.objects.filter(union=union, line="adm", active_from__lte=on):
            if p.parent and (p.active_to is None or p.active_to > on):
                return self._goal(p.parent, period, on)
        return None
