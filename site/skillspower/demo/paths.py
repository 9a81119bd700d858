"""The ladders of the four trades that the demo has a standard for."""

from courses.api import NewPrerequisite, NewStep, write_path
from courses.models import CoursePage

WELDER, TURNER, ELECTRICIAN, ROBOTS = "6-18-02-04", "6-18-01-01", "6-31-01-03", "6-31-07-01"
LADDERS: dict[str, tuple[str, list[tuple[str, int, bool]], list[tuple[str, str, bool]]]] = {
    # occupation: how to go; (course, rank, required); (course, what to do before, whether it bars)
    WELDER: (
        "先把焊条电弧焊的手法练稳，再学气体保护焊和氩弧焊。每一级都从防护和用电安全开始。",
        [
            ("smaw-basics", 2, True),
            ("overhead-crane-safety", 2, False),
            ("co2-v-groove", 3, True),
            ("tig-small-pipe", 4, True),
        ],
        [("co2-v-groove", "smaw-basics", False), ("tig-small-pipe", "co2-v-groove", False)],
    ),
    TURNER: (
        "从普通车床的台阶轴学起，量得准、吃得住刀，再上数控和螺纹。",
        [
            ("lathe-stepped-shaft", 2, True),
            ("cnc-lathe-shaft", 3, True),
            ("trapezoidal-thread-worm", 4, True),
        ],
        [
            ("cnc-lathe-shaft", "lathe-stepped-shaft", False),
            ("trapezoidal-thread-worm", "lathe-stepped-shaft", False),
        ],
    ),
    ELECTRICIAN: (
        "先学会验电、停电、挂牌。没学完低压安全，后面的课不能开始。",
        [
            ("low-voltage-electrician", 2, True),
            ("motor-control-circuits", 3, True),
            ("plc-conveyor", 4, True),
        ],
        [
            ("motor-control-circuits", "low-voltage-electrician", True),
            ("plc-conveyor", "motor-control-circuits", False),
        ],
    ),
    ROBOTS: (
        "这个职业从四级起步：先补电工底子，再学运维。",
        [
            ("low-voltage-electrician", 3, False),
            ("industrial-robot-maintenance", 3, True),
            ("plc-conveyor", 4, True),
        ],
        [
            ("industrial-robot-maintenance", "low-voltage-electrician", False),
            ("plc-conveyor", "industrial-robot-maintenance", False),
        ],
    ),
}


def load_paths() -> None:
    """Make the ladders; the courses are there."""
    pages = {page.slug: page for page in CoursePage.objects.all()}
    for occupation, (summary, steps, prerequisites) in LADDERS.items():
        write_path(
            occupation=occupation,
            summary=summary,
            steps=[NewStep(pages[slug], rank, is_required) for slug, rank, is_required in steps],
            prerequisites=[
                NewPrerequisite(pages[slug], pages[needs], bars) for slug, needs, bars in prerequisites
            ],
        )
