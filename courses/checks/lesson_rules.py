"""Rules about lessons and what stands in them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.checks.rule import Failure, Rule
from courses.checks.snapshot import CourseSnapshot
from courses.rules import QUESTION

SAFETY_KINDS = frozenset({"safety", "notice"})


class Content(Rule):
    key = "content"
    title = gettext_lazy("每节都有内容，每块都填完整")
    why = gettext_lazy("没填完整的块学员看不懂，没有要看要读的内容就得不到学时。")
    is_needed = True

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if not course.lessons:
            yield self.of_course(course, _("至少要有一节课时。"))
        for lesson in course.lessons:
            found = 0
            for block in lesson.blocks:
                if not block.label:
                    message = _("第 %(n)s 块的类型已经停用，请换一种。") % {"n": block.number}
                    yield self.of_lesson(lesson, message, block)
                elif block.fault:
                    path, what = block.fault
                    message = _("第 %(n)s 块（%(kind)s）没有填完整：%(what)s") % {
                        "n": block.number,
                        "kind": block.label,
                        "what": what,
                    }
                    yield self.of_lesson(lesson, message, block, ".".join(path))
                else:
                    continue
                found += 1
            if not lesson.blocks:
                yield self.of_lesson(lesson, _("这节还没有内容。"), field="body")
            elif not found and not lesson.ms and not _waits_for_video(course, lesson.blocks):
                message = _("这节没有要看要读的内容，学员得不到学时。")
                yield self.of_lesson(lesson, message, field="body")


def _waits_for_video(course: CourseSnapshot, blocks: tuple[object, ...]) -> bool:
    """Tell whether a lesson's time comes from a video that is not ready: another rule says so."""
    return any(getattr(block, "kind", "") == "video" for block in blocks)


class ModuleCheckpoint(Rule):
    key = "module_checkpoint"
    title = gettext_lazy("每个单元以检查题收尾")
    why = gettext_lazy("学完一个单元，学员和师傅都要知道学会了没有。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        lessons = course.lessons_by_module()
        for module in course.modules:
            own = lessons.get(module.number)
            if own and not any(block.kind == QUESTION for block in own[-1].blocks):
                message = _("“%(module)s”的最后一节没有检查题。在这一节末尾加一道。") % {
                    "module": module.title
                }
                yield self.of_lesson(own[-1], message, field="body")


class MapsToStandard(Rule):
    key = "requirement"
    title = gettext_lazy("每节对应标准里的要求")
    why = gettext_lazy("对应上了，才看得出哪些要求有课可学，哪些还缺。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if course.standard is None:
            return
        for lesson in course.lessons:
            if not lesson.requirements & course.standard.requirements:
                message = _("选这节对应《%(standard)s》里的哪条要求，至少一条。")
                yield self.of_lesson(
                    lesson, message % {"standard": course.standard.name}, field="requirements"
                )

    def note(self, course: CourseSnapshot) -> str:
        if course.standard is not None or not course.has_occupation or course.level_rank is None:
            return ""
        return _("这个职业的这一级还没有导入职业标准，先不要求每节对应。导入以后再送审时会查。")


class SafetyNotice(Rule):
    key = "safety_notice"
    title = gettext_lazy("有危险的工作内容配了安全提示")
    why = gettext_lazy("标准里标了“有危险”的工作，学员动手以前要先知道危险在哪里。")

    def failures(self, course: CourseSnapshot) -> Iterator[Failure]:
        if course.standard is None:
            return
        for lesson in course.lessons:
            if not lesson.requirements & course.standard.hazardous:
                continue
            if not any(block.kind in SAFETY_KINDS for block in lesson.blocks):
                message = _("这节教的是有危险的工作。加一块“安全提示”，写明危险和怎么防。")
                yield self.of_lesson(lesson, message, field="body")
