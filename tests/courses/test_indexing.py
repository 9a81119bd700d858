"""Pages in the CMS's own search, when many are written in one transaction."""

import pytest
from django.db import transaction

from courses import indexing
from courses.indexing import index_pages_on_commit

pytestmark = pytest.mark.django_db


def test_what_one_transaction_names_twice_is_indexed_once(
    django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(indexing.CoursePage.objects, "filter", lambda pk__in: asked.append(pk__in) or [])

    with django_capture_on_commit_callbacks(execute=True):
        index_pages_on_commit([1, 2])
        with transaction.atomic():
            index_pages_on_commit([2, 3])

    assert asked == [{1, 2, 3}]


def test_pages_written_after_a_step_was_undone_are_indexed(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            index_pages_on_commit([1])
            _ = 1 / 0
        index_pages_on_commit([2])

    assert [callback.ids for callback in callbacks] == [{2}]
