"""Rules about the course as a whole: its trade and level, its length, who teaches it, whose it is."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.checks.rule import Failure, Rule
from courses.checks.snapshot import MS_PER_HOUR, CourseSnapshot, TeacherFacts


class OccupationAndLevel(Rule):
    key = "occupation_level"
    title = gettext_lazy("选了职业和等级")
    why = gettext_lazy("学员按工种和等级找课，也按它对照国家职业标准。")
    is_needed = True

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if not course.has_occupation:
            yield self.of_course(course, _("选一个职业，学员按它找课。"), "occupation")
        if course.level_rank is None:
            yield self.of_course(course, _("选技能等级。"), "level")


class Introduction(Rule):
    key = "introduction"
    title = gettext_lazy("写了介绍和学完能做什么")
    why = gettext_lazy("学员先看这两处，再决定要不要学。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if not course.has_summary:
            yield self.of_course(course, _("写一句话介绍。"), "summary")
        if not course.has_outcomes:
            yield self.of_course(course, _("写学完能做什么，至少一条。"), "outcomes")


class Teacher(Rule):
    key = "teacher"
    title = gettext_lazy("有能教这一级的师傅")
    why = gettext_lazy("教这一级的人，要有标准规定的证书、职称或者荣誉，经过核验，并且在师资库里公开可查。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if not course.teachers:
            yield self.of_course(course, _("选至少一位师傅。"), "instructors")
            return
        if not course.has_occupation or course.level_rank is None:
            return  # there is nothing yet to be entitled to
        if any(t.is_listed and t.is_entitled for t in course.teachers):
            return
        reasons = "；".join(self._reason(teacher) for teacher in course.teachers)
        message = _("没有人够教这一级的资格：%(reasons)s。请师资管理员核验证书，或者再选一位师傅。")
        yield self.of_course(course, message % {"reasons": reasons}, "instructors")

    def _reason(self, teacher: TeacherFacts) -> str:
        missing = teacher.missing if not teacher.is_entitled else _("还没有在师资库里公开")
        return _("%(name)s：%(missing)s") % {"name": teacher.name, "missing": missing}


class Length(Rule):
    key = "length"
    title = gettext_lazy("总时长不超过标准的培训学时")
    why = gettext_lazy("标准规定了这一级要培训多少学时，一门网上的课不会比它还长。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        standard = course.standard
        if standard and standard.hours and course.total_ms > standard.hours * MS_PER_HOUR:
            message = _(
                "全课 %(own)s 学时，《%(standard)s》这一级一共才 %(hours)s 学时。拆成几门课，或者删去讲重的地方。"
            )
            yield self.of_course(
                course,
                message
                % {
                    "own": _hours(course.total_ms),
                    "standard": standard.name,
                    "hours": standard.hours,
                },
            )

    def note(self, course: CourseSnapshot) -> str:
        standard = course.standard
        if standard is None or not standard.hours:
            return ""
        return _(
            "全课 %(own)s 学时。《%(standard)s》这一级的培训一共 %(hours)s 学时，一门课讲其中一部分就行。"
        ) % {
            "own": _hours(course.total_ms),
            "standard": standard.name,
            "hours": standard.hours,
        }


def _hours(ms: int) -> str:
    """Cut downwards to a tenth: 2.0 is 2 学时."""
    tenths = ms * 10 // MS_PER_HOUR
    return f"{tenths // 10}.{tenths % 10}"


class LicenceAndLabel(Rule):
    key = "licence"
    title = gettext_lazy("写明版权和人工智能生成")
    why = gettext_lazy("别人能不能转用，要有话在先；人工智能生成的内容，国家规定要标出来。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if not course.licence:
            yield self.of_course(course, _("选版权许可：别人能不能转用这门课。"), "licence")
        if not course.ai_label:
            yield self.of_course(course, _("选人工智能标识：哪些内容是人工智能生成的。"), "ai_label")
