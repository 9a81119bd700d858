"""The editor's form of a course, a unit or a lesson: nobody has to think of an address."""

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from occupations.api import RequirementRow, requirement_rows
from occupations.models import StandardRequirement

_MAX = 60


def address_of(title: str) -> str:
    """
    Return what an address says of a Chinese title: its pinyin, whole syllables, 60 characters at most.

    >>> address_of("收弧与接头：填满弧坑")
    'shou-hu-yu-jie-tou-tian-man-hu-keng'
    >>> address_of("……")
    'untitled'
    """
    from pypinyin import lazy_pinyin  # its dictionary takes 0.4 s to load, and most processes never ask

    whole = slugify(" ".join(lazy_pinyin(title)))
    if len(whole) > _MAX:
        whole = whole[: _MAX + 1].rsplit("-", 1)[0][:_MAX]
    return whole.strip("-") or "untitled"


def free_address(title: str, *, parent: Page, page: Page | None = None) -> str:
    """Return the address made from a title, with a number if a page beside it has it already."""
    wanted = slug = address_of(title)
    number = 1
    while not Page._slug_is_available(slug, parent, page):
        number += 1
        slug = f"{wanted}-{number}"
    return slug


class AuthoredPageForm(WagtailAdminPageForm):
    """An address left empty is made from the title; one that is taken gets a number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("可以不填，按名称的拼音自动生成。")

    def clean_slug(self) -> str:
        typed: str = self.cleaned_data.get("slug") or ""
        if typed:
            return typed
        if self.instance.slug:
            return str(self.instance.slug)
        return free_address(self.cleaned_data.get("title") or "", parent=self.parent_page, page=self.instance)


class LessonForm(AuthoredPageForm):
    """A lesson may teach what the standard in force asks at its course's level; what was ticked before stays on offer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "requirements" not in self.fields:
            return
        field = self.fields["requirements"]
        occupation, level = self._course()
        rows = self._on_offer(occupation, level)
        field.queryset = StandardRequirement.objects.filter(pk__in=[row.id for row in rows])
        field.widget = CheckboxSelectMultiple()
        field.widget.choices = _grouped(rows)
        if not rows and occupation and level:
            field.help_text = _("这个职业和等级还没有录入标准，不用勾。")
        elif not rows:
            field.help_text = _("先在课程页选好职业和技能等级，再回来勾。")

    def _course(self) -> tuple[str | None, int | None]:
        """Return occupation and level of the lesson's course as it stands in the editor, in one statement."""
        module = self.parent_page.path if self.parent_page else self.instance.path[: -Page.steplen]
        found = Page.objects.filter(path=module[: -Page.steplen]).values_list(
            "latest_revision__content__occupation", "latest_revision__content__level"
        )
        return found.first() or (None, None)

    def _on_offer(self, occupation: str | None, level: int | None) -> list[RequirementRow]:
        rows: list[RequirementRow] = []
        if occupation and level:
            rows = requirement_rows(in_force=(occupation, timezone.localdate()), rank=level)
        ticked = {r.pk for r in self.instance.requirements.all()} - {row.id for row in rows}
        return rows + (requirement_rows(ids=ticked) if ticked else [])


def _grouped(rows: list[RequirementRow]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the choices below the tasks they belong to, in the order of the standard."""
    kinds = dict(StandardRequirement.Kind.choices)
    groups: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        heading = f"{row.task_code} {row.task}（{row.function}）"
        groups.setdefault(heading, []).append((row.id, f"{kinds[row.kind]} {row.code}：{row.text}"))
    return list(groups.items())
