"""The tour: one minute of study in six steps, from the player to the officer's evidence, each at the running community."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.api import User
from courses.models import CourseEdition, LessonPage
from skillspower.demo.door import ROLES, Role
from unions.api import Union

COURSE, LESSON = "smaw-basics", "three-motions"
COUNTY, PLANT = "JC-QJ-QJX", "QJZJ"


@dataclass(frozen=True)
class Step:
    """``address`` finds the page in the loaded community, or None where the community has none such."""

    key: str
    role: Role
    title: Promise
    text: Promise
    look_for: Promise
    address: Callable[[], str | None]


def _lesson() -> LessonPage | None:
    found: LessonPage | None = LessonPage.objects.filter(
        slug=LESSON, url_path__contains=f"/{COURSE}/"
    ).first()
    return found


def _player() -> str | None:
    lesson = _lesson()
    return reverse("courses:lesson", args=[lesson.uuid]) if lesson else None


def _records() -> str:
    return reverse("records:own")


def _editor() -> str | None:
    lesson = _lesson()
    return reverse("wagtailadmin_pages:edit", args=[lesson.pk]) if lesson else None


def _queue() -> str:
    return reverse(CourseEdition.snippet_viewset.get_url_name("list"))


def _county() -> str | None:
    union = Union.objects.filter(code=COUNTY).first()
    return reverse("reports:study", args=[union.uuid]) if union else None


def _evidence() -> str | None:
    union = Union.objects.filter(code=PLANT).first()
    worker = User.objects.filter(username=ROLES["worker"].login).select_related("person").first()
    return reverse("reports:learner", args=[union.uuid, worker.person.uuid]) if union and worker else None


STEPS = {
    step.key: step
    for step in (
        Step(
            "study",
            ROLES["worker"],
            _("工人学一节课"),
            _("李海生下了夜班，在手机上看一节运条手法。播一秒，记一秒；切走、锁屏就停表。"),
            _("看画面下面的表：正在计时还是停了，为什么停。"),
            _player,
        ),
        Step(
            "records",
            ROLES["worker"],
            _("看自己的记录，哪一段没算，为什么"),
            _("学过的每一段都在这里。没算的一段写着原因，也写着怎么补回来。"),
            _("找一条没算的，点“现在补”。"),
            _records,
        ),
        Step(
            "teach",
            ROLES["instructor"],
            _("师傅写的那节课"),
            _("陈铁山把手艺写成一块一块：视频、步骤、风险、图。写完对着国家职业标准查一遍再送审。"),
            _("打开一块“步骤”：工具、风险、防护、检查都有自己的格子。"),
            _editor,
        ),
        Step(
            "review",
            ROLES["reviewer"],
            _("审核：没有名字的批准不算批准"),
            _("赵国庆看整版课，专业一道，内容一道。谁在哪天让它过的，课程页上都写着。"),
            _("打开一版，看它和上一版差在哪里。"),
            _queue,
        ),
        Step(
            "figures",
            ROLES["officer"],
            _("县总工会的统计页"),
            _("孙丽打开就是本县：多少人学了、学了多少、哪家掉队。每个数下面写着它是怎么算的。"),
            _("点一家单位，数跟着往下走，加起来一毫秒也不差。"),
            _county,
        ),
        Step(
            "evidence",
            ROLES["chair"],
            _("从数字到凭据"),
            _(
                "只有本单位的工会看得到姓名。周立新点开李海生：一笔一笔的分录，前后用摘要连着，改不了，删不掉。"
            ),
            _("对一下第 2 步里他自己看到的，是同一本账。"),
            _evidence,
        ),
    )
}
