"""Searching in the CMS's choosers for models that are in no search index."""

from functools import reduce
from operator import or_

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm


def search_form(*fields: str) -> type[BaseFilterForm]:
    """
    Return a chooser's filter form that finds what is typed anywhere in one of these fields.

    For lists of some thousand short names: a substring needs no segmentation, so half a word finds it too.
    """

    class SearchForm(BaseFilterForm):
        q = forms.CharField(
            label=_("查找"),
            required=False,
            widget=forms.TextInput(attrs={"placeholder": _("输入名称的一部分")}),
        )

        def filter(self, objects: QuerySet) -> QuerySet:
            query = self.cleaned_data.get("q", "").strip()
            if not query:
                return objects
            self.is_searching, self.search_query = True, query
            return objects.filter(reduce(or_, (Q(**{f"{field}__icontains": query}) for field in fields)))

    return SearchForm
