"""What courses say on a standard's page: which requirements are taught, and where to begin."""

from django.http import HttpRequest

from core import kept
from courses.coverage_views import may_see_coverage
from courses.queries.coverage import taught_at_level
from courses.queries.paths import ladder_of
from occupations.api import Teaching
from occupations.models import OccupationalStandard


def lessons_of_standard(standard: OccupationalStandard, rank: int, request: HttpRequest) -> Teaching:
    """Return how many lessons teach each requirement of a level; the sum and ways on stand at the top of the page."""
    lessons = kept.kept(
        kept.CATALOGUE,
        f"taught:{standard.pk}:{rank}",
        lambda: taught_at_level(standard=standard.pk, rank=rank),
    )
    context = {
        "covered": len(lessons),
        "occupation": standard.occupation_id,
        "rank": rank,
        "has_path": ladder_of(standard.occupation_id) is not None,
        "sees_coverage": may_see_coverage(request.user),
    }
    return Teaching(lessons, "courses/standard_section.html", context)
