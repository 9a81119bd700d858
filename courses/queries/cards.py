"""Courses in lists: the same few queries for four cards as for forty."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from core.covers import Art
from core.trades import trade_of
from courses.models import CourseEdition, EditionInstructor
from courses.queries.served import current_editions
from instructors.api import InstructorCard, cards


@dataclass(frozen=True)
class CourseCard:
    """A course as its card shows it; the names are those of the component ``course_card``."""

    id: int
    slug: str
    title: str
    url: str
    summary: str
    occupation_code: str
    occupation: str
    trade: str
    rank: int
    level: str
    ms: int
    lessons: int
    size: int
    instructors: tuple[InstructorCard, ...]
    cover_url: str
    art: Art
    counted_ms: int = 0
    why: str = ""

    @property
    def instructor(self) -> str:
        return self.instructors[0].name if self.instructors else ""

    @property
    def honour(self) -> str:
        found = self.instructors[0].honour if self.instructors else None
        return found.name if found else ""


def course_cards(editions: Iterable[CourseEdition]) -> list[CourseCard]:
    """Return the cards of editions read by ``current_editions``, in the same order."""
    editions = list(editions)
    taught: dict[int, list[int]] = {}
    places = EditionInstructor.objects.filter(edition__in=editions).order_by("position")
    for edition_id, instructor_id in places.values_list("edition_id", "instructor_id"):
        taught.setdefault(edition_id, []).append(instructor_id)
    people = cards([pk for group in taught.values() for pk in group])
    return [_card(edition, [people[pk] for pk in taught.get(edition.pk, [])]) for edition in editions]


def _card(edition: CourseEdition, people: list[InstructorCard]) -> CourseCard:
    return CourseCard(
        id=edition.course_id,
        slug=edition.course.slug,
        title=edition.title,
        url=f"/courses/{edition.course.slug}/",
        summary=edition.summary,
        occupation_code=edition.occupation_id,
        occupation=edition.occupation.name,
        trade=trade_of(edition.occupation_id),
        rank=edition.level_id,
        level=edition.level.label,
        ms=edition.duration_ms,
        lessons=edition.lesson_count,
        size=edition.byte_size,
        instructors=tuple(people),
        cover_url=_cover_url(edition),
        art=art_of(edition),
    )


def art_of(edition: CourseEdition) -> Art:
    """Return what the drawn cover of an edition read with its course is made of."""
    trade = trade_of(edition.occupation_id)
    return Art(edition.course.slug, edition.title, trade, edition.level_id, edition.lesson_count)


def _cover_url(edition: CourseEdition) -> str:
    if edition.cover is None:
        return ""
    return str(edition.cover.get_rendition("fill-640x360|format-webp").url)


def published_cards(*, limit: int, occupation: str = "") -> list[CourseCard]:
    """Return the newest courses, of one occupation if given."""
    editions = current_editions().prefetch_related(Prefetch("cover__renditions"))
    if occupation:
        editions = editions.filter(occupation=occupation)
    return course_cards(editions[:limit])


def cards_of_instructor(instructor_id: int) -> list[CourseCard]:
    """Return the courses an instructor teaches in their current edition, newest first."""
    return course_cards(current_editions().filter(instructors__instructor=instructor_id))
