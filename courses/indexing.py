"""Wagtail's search index after pages were written without a signal for each."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from wagtail.search.backends import get_search_backends

from courses.models import CoursePage, LessonPage, ModulePage


@dataclass
class _Indexing:
    """What a transaction does when it commits: all its pages in one go, each once."""

    ids: set[int]

    def __call__(self) -> None:
        for model in (CoursePage, ModulePage, LessonPage):
            if pages := list(model.objects.filter(pk__in=self.ids)):
                for backend in get_search_backends(with_auto_update=True):
                    backend.add_bulk(model, pages)


def index_pages_on_commit(ids: Collection[int]) -> None:
    """
    Bring these pages into the CMS's own search when the transaction commits: an index on another machine is never
    written inside it, and one that is away (``update_index`` mends it) does not undo what was written.
    """
    for _, hook, *_ in connection.run_on_commit:
        if isinstance(hook, _Indexing):
            # A hook that is there lives as long as this moment's savepoints; a page that is undone will not be found.
            hook.ids |= set(ids)
            return
    transaction.on_commit(_Indexing(set(ids)), robust=True)
