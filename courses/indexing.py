"""Wagtail's search index after pages were written without a signal for each."""

from collections.abc import Collection

from django.db import transaction
from wagtail.search.backends import get_search_backends

from courses.models import CoursePage, LessonPage, ModulePage


def index_pages_on_commit(ids: Collection[int]) -> None:
    """
    Bring these pages into the CMS's own search when the transaction commits: an index on another machine is never
    written inside it, and one that is away (``update_index`` mends it) does not undo what was written.
    """
    ids = list(ids)
    transaction.on_commit(lambda: _index(ids), robust=True)


def _index(ids: Collection[int]) -> None:
    for model in (CoursePage, ModulePage, LessonPage):
        if pages := list(model.objects.filter(pk__in=ids)):
            for backend in get_search_backends(with_auto_update=True):
                backend.add_bulk(model, pages)
