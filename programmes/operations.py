"""Making a training programme."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from programmes.models import Programme, ProgrammeLesson
from unions.models import Union


@transaction.atomic
def create_programme(
    *, union: Union, title: str, starts_on: date, ends_on: date, lessons: Iterable[UUID]
) -> Programme:
    """
    Make a programme of a union with its lessons.

    :raises ValueError: if it would end before it starts or has no lesson.
    """
    if ends_on < starts_on:
        raise ValueError("a programme ends on or after its first day")
    wanted = list(dict.fromkeys(lessons))
    if not wanted:
        raise ValueError("a programme has at least one lesson")
    programme = Programme.objects.create(union=union, title=title, starts_on=starts_on, ends_on=ends_on)
    ProgrammeLesson.objects.bulk_create(
        ProgrammeLesson(programme=programme, lesson=lesson) for lesson in wanted
    )
    return programme
