"""Reading the classification."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from occupations.models import Occupation, OccupationGroup, SkillLevel


def occupations_on(day: date) -> QuerySet[Occupation]:
    """Return the occupations valid on a day, by code."""
    return Occupation.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    ).order_by("code")


def occupation_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of occupations by code, in one query; codes nobody knows are missing."""
    return dict(Occupation.objects.filter(code__in=set(codes)).values_list("code", "name"))


def group_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of occupation groups (大类, 中类, 小类) by code, in one query; unknown codes are missing."""
    return dict(OccupationGroup.objects.filter(code__in=set(codes)).values_list("code", "name"))


def skill_levels() -> QuerySet[SkillLevel]:
    """Return the eight levels, lowest skill first."""
    return SkillLevel.objects.order_by("rank")
