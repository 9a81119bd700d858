"""
Instructors are edited in forms, not published: what is saved of them is written to the index, and to the courses
that show their names.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save

from courses.models import EditionInstructor
from instructors.models import HeldHonour, InstructorProfile, TaughtTrade
from search.operations import request_update


def instructor_changed(instance: InstructorProfile | TaughtTrade | HeldHonour, **kwargs: Any) -> None:
    if kwargs.get("raw"):
        return
    profile = instance if isinstance(instance, InstructorProfile) else instance.profile
    taught = EditionInstructor.objects.filter(instructor=profile, edition__is_current=True)
    courses = taught.values_list("edition__course_id", flat=True) if profile.pk else ()
    request_update(keys=[f"instructor:{profile.uuid}", *(f"course:{pk}" for pk in courses)])


def connect() -> None:
    for model in (InstructorProfile, TaughtTrade, HeldHonour):
        for signal in (post_save, post_delete):
            signal.connect(instructor_changed, sender=model, dispatch_uid=f"search.{model.__name__}")
