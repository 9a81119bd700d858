"""The editor's form of a course, a unit or a lesson: nobody has to think of an address."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

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
        wanted = slug = address_of(self.cleaned_data.get("title") or "")
        number = 1
        while not Page._slug_is_available(slug, self.parent_page, self.instance):
            number += 1
            slug = f"{wanted}-{number}"
        return slug
