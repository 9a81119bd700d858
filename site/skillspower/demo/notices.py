"""The notices of the demo's unions, from ``notices.yaml``: dated from the day of loading, so that they always hold."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml

from accounts.api import User
from core.clock import SHANGHAI
from courses.models import CoursePage
from unions.api import Union, publish_notice

CONTENT = Path(__file__).parent / "content" / "notices.yaml"


class _Days(defaultdict[str, str]):
    """``in_10``: the day ten days after the first."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def __missing__(self, key: str) -> str:
        day = self._today + timedelta(days=int(key.removeprefix("in_")))
        return f"{day.month}月{day.day}日"


def load_notices(*, unions: dict[str, Union], cast: dict[str, User], now: datetime) -> None:
    """Publish all of them."""
    today = now.astimezone(SHANGHAI).date()
    for row in yaml.safe_load(CONTENT.read_text(encoding="utf-8")):
        course = CoursePage.objects.filter(slug=row.get("course", "")).first()
        first, last = row["days"]
        publish_notice(
            union=unions[row["union"]],
            title=row["title"].format_map(_Days(today)),
            text=row["text"].strip().format_map(_Days(today)),
            url=f"/courses/{course.slug}/" if course else "",
            url_title=course.title if course else "",
            active_from=today + timedelta(days=first),
            last_day=today + timedelta(days=last),
            officer=cast[row["officer"]],
            at=now - timedelta(days=row["published"]),
        )
