"""
What the system's administrators find in the message centre: what has gone wrong and will not mend itself.

Each entry is asked for when somebody looks and is gone when the thing is mended. None holds a name or a host.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.api import Role
from core import jobs
from core.clock import day_of, day_start_ms, from_ms, to_ms
from core.display import file_size
from core.health import parts_now
from core.inbox import Entry
from records.api import last_digest_day, overdue_count

FAILURES_OF = timedelta(days=7)
DIGEST_MAY_BE_OLD = timedelta(days=2)
"""Yesterday's is made after midnight: one of the day before yesterday is still no trouble."""
LEAST_FREE_PERCENT, LEAST_FREE_BYTES = 10, 2 << 30
SHOWN_CHARACTERS = 80


def troubles(user: Any, now: datetime) -> Iterator[Entry]:
    """Jobs that failed, objections that nobody answered in time, a digest that was not made, a disk that fills up."""
    if not user.has_any_role(Role.SYSTEM_ADMIN):
        return
    yield from _failed_jobs(now)
    yield from _overdue_objections(now)
    yield from _missing_digest(now)
    yield from _full_disk(now)


def silent_parts(user: Any, now: datetime) -> Iterator[Entry]:
    """The parts that do not answer, as ``/health/ready`` names them. Asks them all, so the bell does not wait for it."""
    if not user.has_any_role(Role.SYSTEM_ADMIN):
        return
    names = {
        "database": _("数据库"),
        "broker": _("任务队列"),
        "worker": _("后台进程"),
        "search": _("搜索引擎"),
    }
    for part, found in parts_now().items():
        if not found["ok"]:
            yield _entry(
                f"part:{part}",
                _("{part}没有应答").format(part=names.get(part, part)),
                _("{reason}。在服务器上看日志，修好以后这条会自己消失。").format(reason=found["reason"]),
                now,
                url="/health/ready",
                action=_("看各部分的状况"),
            )


def _failed_jobs(now: datetime) -> Iterator[Entry]:
    number, newest = jobs.failures(since=now - FAILURES_OF)
    if newest is not None:
        why = (newest.error.strip().splitlines() or [""])[-1][:SHOWN_CHARACTERS]
        yield _entry(
            f"jobs:{newest.pk}",
            _("{n} 个后台任务没有做成").format(n=number),
            _("最近一个是 {kind}：{why}。全部在服务器上看：bin/manage jobs --state failed").format(
                kind=newest.kind, why=why
            ),
            newest.ended_at or now,
        )


def _overdue_objections(now: datetime) -> Iterator[Entry]:
    today = day_of(to_ms(now))
    if number := overdue_count(today):
        yield _entry(
            f"objections:{today}",
            _("{n} 条学时异议过了期限还没有答复").format(n=number),
            _("到了最上一级也没有人答复。请提醒那一级工会的干部，规定是 3 个工作日。"),
            from_ms(day_start_ms(today)),
        )


def _missing_digest(now: datetime) -> Iterator[Entry]:
    last, today = last_digest_day(), day_of(to_ms(now))
    if last is not None and today - last > DIGEST_MAY_BE_OLD:
        yield _entry(
            f"digest:{last}",
            _("学时台账的每日摘要停在 {day}").format(day=last.isoformat()),
            _("没有它，事后改动就查不出来。先看定时任务在不在跑，再补上：bin/manage ledger_digest"),
            from_ms(day_start_ms(last + DIGEST_MAY_BE_OLD)),
        )


def _full_disk(now: datetime) -> Iterator[Entry]:
    disk = shutil.disk_usage(settings.VAR_DIR)
    if disk.free < LEAST_FREE_BYTES or disk.free * 100 < disk.total * LEAST_FREE_PERCENT:
        yield _entry(
            f"disk:{day_of(to_ms(now))}",
            _("磁盘只剩 {size}").format(size=file_size(disk.free)),
            _("满了就收不下学习记录和视频。清出地方，或者换大一点的盘。"),
            from_ms(day_start_ms(day_of(to_ms(now)))),
        )


def _entry(key: str, title: str, body: str, at: datetime, *, url: str = "", action: str = "") -> Entry:
    return Entry(
        key=f"watch-{key}",
        kind="system.trouble",
        title=title,
        body=body,
        at=at,
        url=url,
        action=action,
        source_name=_("系统运行"),
        is_task=True,
        is_late=True,
    )
