"""Reading the classification."""

from datetime import date

from django.db.models import Q, QuerySet

from occupations.models import Occupation, SkillLevel


def occupations_on(day: date) -> QuerySet[Occupation]:
    """Return the occupations valid on a day, by code."""
    return Occupation.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    ).order_by("code")


def skill_levels() -> QuerySet[SkillLevel]:
    """Return the eight levels, lowest skill first."""
    return SkillLevel.objects.order_by("rank")
