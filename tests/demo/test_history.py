"""The figures of the four unions tell the stories of the demo, through the reports' own queries."""

from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import UUID

import pytest

from accounts.api import Person
from records.models import LedgerEntry
from reports.operations import roll_up
from reports.queries import study_report
from reports.rules import PeriodKind, percent, period_of
from skillspower.demo.history import SHARES, WHOLE_MS, drafts_of, first_of_month, load_history
from skillspower.demo.people import load_people, load_unions
from unions.api import Membership, Union

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def counted(db):
    unions = load_unions(today=TODAY)
    people = load_people(unions=unions, now=NOW, today=TODAY)
    load_history(now=NOW, without={worker.person.uuid for worker in people.workers}, months=3)
    roll_up(today=TODAY)


def test_rates_and_late_minutes_are_those_of_the_stories(counted):
    this = period_of(PeriodKind.MONTH, TODAY)
    reports = {
        (code, period): study_report(
            union=Union.objects.get(code=code), period=period, line="adm", today=TODAY
        ).total
        for code in ("QJZJ", "QSGM", "YLCG", "BGXJ")
        for period in (this, this.before, this.before.before)
    }
    rates = {(code, period): float(percent(f.participation_rate)) for (code, period), f in reports.items()}

    assert [reports[code, this].members for code in ("QJZJ", "QSGM", "YLCG", "BGXJ")] == [1284, 962, 412, 342]
    for period in (this, this.before):
        assert 46 <= rates["QJZJ", period] < 46.3
        assert 78 <= rates["YLCG", period] < 78.3
        assert 19 <= rates["BGXJ", period] < 19.3
    # Below ground there is no network: what was studied there comes in when the shifts are back.
    ups_and_downs = [rates["QSGM", p] for p in (this.before.before, this.before, this)]
    assert ups_and_downs[0] > 1.5 * ups_and_downs[1] < ups_and_downs[2]
    mine = Union.objects.get(code="QSGM").path
    late = LedgerEntry.objects.filter(
        booked_on=date(2026, 11, 1),
        day__lt=date(2026, 9, 1),
        union__in=Union.objects.filter(path__startswith=mine).values("uuid"),
    )
    assert late.count() == 36
    assert not LedgerEntry.objects.filter(kind="study").exists()


@pytest.mark.parametrize(
    "today", [date(2026, 1, 1), date(2027, 3, 2), date(2028, 2, 29), date(2026, 12, 31)], ids=str
)
@pytest.mark.parametrize("code", SHARES)
def test_on_any_day_the_history_is_over_and_gives_a_whole_hour_to_who_took_part(code, today):
    union = Union(code=code)
    members = [
        Membership(member=Person(uuid=UUID(int=n)), union=union, active_from=date(2020, 1, 1))
        for n in range(1, 101)
    ]

    found = drafts_of(code, members, size=100, known=2, today=today)

    drafts = [draft for own in found.values() for draft in own]
    assert max(draft.day for draft in drafts) < today
    for own in found.values():
        spans = sorted((draft.t_from, draft.t_to) for draft in own)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
    shares = {0: round(SHARES[code][-1] * 100) - 2 if today.day > 1 else 0, 1: round(SHARES[code][-2] * 100)}
    for back, took_part in shares.items():
        month = first_of_month(today, back)
        times = [
            sum(d.ms for d in own if d.booked_on and d.booked_on.replace(day=1) == month)
            for own in found.values()
        ]
        assert sum(ms >= WHOLE_MS for ms in times) == took_part
