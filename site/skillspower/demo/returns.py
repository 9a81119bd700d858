"""
Returns and an import of the demo: last month's return of the county came back from the city with a remark, one unit below
has handed in and the others have not, and the plant has brought a roll in. By the product's own operations.
"""

from collections import Counter
from datetime import datetime, timedelta

from accounts.api import User
from core.clock import SHANGHAI
from core.importer import runs
from core.importer.models import ImportRun
from reports.returns.operations import send_back, submit_return
from reports.returns.queries import newest_period
from unions.api import Membership, Union
from unions.imports import MEMBERS

COUNTY, PLANT = "JC-QJ-QJX", "QJZJ"
REMARK = "参训人数比上月多了一成，人均学时却少了，核一下重机厂的数，附一句原因再报。"


def load_returns(*, now: datetime) -> None:
    """Hand last month's figures in; does nothing where that is done."""
    officers = {u.username: u for u in User.objects.filter(username__in=["sunli", "qinyuan", "zhoulixin"])}
    county, plant = Union.objects.select_related("kind").get(code=COUNTY), Union.objects.get(code=PLANT)
    period = newest_period(now.astimezone(SHANGHAI).date())
    if ImportRun.objects.filter(kind=MEMBERS).exists():
        return
    submit_return(
        union=plant, period=period, officer=officers["zhoulixin"], at=now - timedelta(days=3, hours=2)
    )
    handed = submit_return(
        union=county, period=period, officer=officers["sunli"], at=now - timedelta(days=2, hours=5)
    )
    send_back(handed=handed, officer=officers["qinyuan"], at=now - timedelta(hours=20), remark=REMARK)
    _load_roll(plant, officers["zhoulixin"], now)


def _load_roll(plant: Union, officer: User, now: datetime) -> None:
    """Six members of the plant have passed the next level, one line has a number too few: nobody more, nobody less."""
    below = Union.objects.filter(path__startswith=plant.path)
    rows = Membership.objects.filter(union__in=below, active_to__isnull=True).select_related(
        "member", "union"
    )
    members = [m for m in rows.order_by("pk") if m.member.registered_at is None]
    names = Counter(m.member.name for m in rows)
    lines = [
        f"{m.member.name},,四级/中级工,{m.union.code}"
        for m in members
        if names[m.member.name] == 1 and m.member.level_rank == 2
    ][:6]
    content = "\n".join(["姓名,手机号,技能等级,车间班组代码", *lines, "钱多多,1380013,五级/初级工,"]).encode(
        "gb18030"
    )
    run = runs.make_run(
        kind=MEMBERS,
        content=content,
        file_name="十一月定级.csv",
        scope=f"union:{plant.uuid}",
        options={"today": now.astimezone(SHANGHAI).date().isoformat(), "union": plant.pk},
        by=officer.person.uuid,
    )
    runs.apply_run(run=run, now=now, by=officer.person.uuid)
