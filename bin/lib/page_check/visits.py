"""
The pages that are looked at, each as the people who open it; the pages that are not, with the reason.

A new page of ours belongs into ``visits`` or, with a reason, into ``NOT_LOOKED_AT``: the check names a route in neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from accounts.api import User
from courses.models import CourseEdition, CoursePage, LessonPage
from programmes.models import Assignment
from skillspower.demo.door import ROLES
from skillspower.pages.patterns import PAGES as PATTERNS
from unions.api import Notice, Union

GUEST = "guest"
NOT_DRAWN = {"player"}
"""It asks for a lesson that is not there and says so; the real one is looked at."""
BAR = 12
"""Statements to the database a page may make (issue: home 8 for guests, 10 signed in; others 12)."""


@dataclass(frozen=True)
class Visit:
    """``statements`` None: told, not judged. Of a page ``in_cms`` only what axe finds is judged, in one look: the rest is Wagtail's."""

    who: str
    path: str
    statements: int | None = BAR
    status: int = 200
    in_cms: bool = False

    @property
    def name(self) -> str:
        return f"{self.who} {self.path}"


LOGINS = {key: role.login for key, role in ROLES.items()} | {"newcomer": "gongyou60", "operator": "yunwei"}
"""Who signs in: the roles of the demo's door, a worker who has not begun yet, the operator."""


def visits() -> list[Visit]:
    """Return every page to look at, in the loaded demo community."""
    course = CoursePage.objects.get(slug="smaw-basics")
    lessons = {
        slug: LessonPage.objects.descendant_of(course).get(slug=slug)
        for slug in ("three-motions", "read-through")
    }
    video, text = (reverse("courses:lesson", args=[lesson.uuid]) for lesson in lessons.values())
    first = reverse(
        "courses:lesson", args=[LessonPage.objects.descendant_of(course).order_by("path")[0].uuid]
    )
    edition = CourseEdition.objects.get(course=course, is_current=True)
    under_review = CourseEdition.objects.filter(published_at=None).order_by("pk")[0]
    county, plant = (Union.objects.get(code=code).uuid for code in ("JC-QJ-QJX", "QJZJ"))
    notice = Notice.objects.filter(union__code="QJZJ").values_list("uuid", flat=True).order_by("pk")[0]
    assignment = (
        Assignment.objects.filter(union__code="QJZJ").values_list("uuid", flat=True).order_by("pk")[0]
    )
    worker = User.objects.select_related("person").get(username=LOGINS["worker"]).person.uuid
    guest = [
        Visit(GUEST, "/", 8),
        *(
            Visit(GUEST, path)
            for path in (
                "/courses/", "/courses/?q=%E7%84%8A", "/courses/?q=%E7%B4%A0%E6%B8%85%E5%BC%80%E7%8E%8B",
                f"/courses/{course.slug}/", "/standards/", "/standards/6-18-02-04/", "/paths/", "/paths/6-18-02-04/",
                "/instructors/", "/instructors/chen-tieshan/",
                "/search/?q=%E7%84%8A", "/search/?q=%E7%B4%A0%E6%B8%85%E5%BC%80%E7%8E%8B",
                "/accounts/phone/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
                "/about/", "/about/study-hours/", "/about/accessibility/", "/about/privacy/",
                "/install/", "/offline/", "/me/offline/", "/demo/",
            )
        ),
        Visit(GUEST, first),
        Visit(GUEST, "/no-such-page/", status=404),
        *(Visit(GUEST, path, None) for path in ("/_patterns/", "/_patterns/states/", *(f"/_patterns/pages/{name}/" for name in PATTERNS if name not in NOT_DRAWN))),
    ]  # fmt: skip
    return [
        *guest,
        Visit("worker", "/", 10),
        *_of(
            "worker", "/courses/", "/records/", "/records/transcripts/", "/me/", "/me/name/", "/me/trade/",
            "/me/messages/", f"/notices/{notice}/", "/unions/join/", "/unions/code/", f"/unions/{plant}/", "/accounts/email/",
            "/accounts/password/change/", "/welcome/done/",
        ),
        Visit("worker", f"/courses/{course.slug}/"),
        Visit("worker", reverse("courses:new_edition", args=["overhead-crane-safety"])),
        Visit("worker", "/paths/6-18-02-04/"),
        *(Visit("worker", path) for path in (video, text)),
        Visit("newcomer", "/", 10),
        *_of("newcomer", "/records/"),
        *_of("instructor", "/", "/me/", "/coverage/", "/coverage/occupation/6-18-02-04/"),
        *_of("reviewer", "/", "/me/messages/"),
        *_of(
            "officer", "/", f"/unions/{county}/study/", f"/unions/{county}/filters/", f"/unions/{county}/requests/",
            f"/unions/{county}/import/tree/", f"/unions/{county}/units/", f"/unions/{county}/units/open/",
            f"/unions/{county}/returns/", f"/unions/{county}/returns/2026-10/",
        ),
        *_of(
            "chair", "/inspection/", f"/unions/{plant}/learners/", f"/unions/{plant}/learners/{worker}/",
            f"/unions/{plant}/learners/{worker}/grant/",
        ),
        # Eleven tables of evidence, who may see it, and the audit's chain.
        Visit("chair", f"/inspection/{worker}/2026-11-20/", 24),
        *_of("chair", "/me/messages/", f"/unions/{plant}/notices/", f"/unions/{plant}/notices/new/"),
        *_of(
            "chair", f"/unions/{plant}/study/",
            f"/unions/{plant}/requests/", f"/unions/{plant}/invitation/", f"/unions/{plant}/import/members/",
            f"/unions/{plant}/notices/", f"/unions/{plant}/notices/new/", f"/unions/{plant}/objections/",
            f"/unions/{plant}/corrections/", f"/unions/{plant}/policy/", f"/unions/{plant}/policy/new/",
            f"/unions/{plant}/assignments/", f"/unions/{plant}/assignments/new/", f"/unions/{plant}/assignments/new/?course={course.slug}",
            f"/unions/{plant}/assignments/{assignment}/",
        ),
        *(
            Visit("instructor", path, None, in_cms=True)
            for path in (
                reverse("wagtailadmin_home"), reverse("course_desk", args=[course.pk]),
                reverse("wagtailadmin_pages:edit", args=[course.pk]),
                reverse("wagtailadmin_pages:edit", args=[lessons["three-motions"].pk]),
                reverse("submit_course", args=[course.pk]), reverse("course_packages"),
            )
        ),
        *(
            Visit("reviewer", path, None, in_cms=True)
            for path in (
                reverse("wagtailsnippets_courses_courseedition:list"),
                reverse("review_queue"),
                reverse("review_edition", args=[under_review.pk]),
                reverse("edition_changes", args=[under_review.pk]),
                reverse("preview_lesson", args=[edition.pk, 1]),
            )
        ),
    ]  # fmt: skip


def _of(who: str, *paths: str) -> Iterator[Visit]:
    return (Visit(who, path) for path in paths)


NOT_LOOKED_AT = {
    "": {"api/v1/", "^api/(?P<path>.*)$", "cms/", "_util/", "documents/", "^(", "files/"},
    "no page: a file, a piece of one, or what a program asks for": {
        "health/live", "health/ready", "manifest.webmanifest", "sw.js", "search/suggest/", "search/occupations/",
        "learn/<uuid:lesson>/captions/<uuid:part>.vtt", "unions/<uuid:union>/study.csv",
        "unions/<uuid:union>/returns/<str:code>/file.<str:ending>",
        "coverage/<slug:kind>/", "coverage/occupation/<str:code>/<slug:kind>/",
        "unions/<uuid:union>/assignments/<uuid:assignment>/progress.<slug:ending>",
        "unions/<uuid:union>/invitation/code.svg", "unions/<uuid:union>/import/<slug:what>/template.xlsx",
        "unions/<uuid:union>/import/<slug:what>/<uuid:run>/refused.csv", "records/evidence/<uuid:file>/",
        "records/transcripts/<uuid:transcript>/code.svg", "records/transcripts/<uuid:transcript>/pdf/",
        "records/transcripts/<uuid:transcript>/json/", "inspection/<uuid:person>/<str:day>/evidence.zip",
    },
    "leads on, or only takes what is sent to it": {
        "look/", "demo/as/<slug:role>/", "accounts/phone/resend/", "courses/<str:slug>/start/", "me/messages/read/",
        "me/messages/<str:key>/", "unions/<uuid:union>/notices/<uuid:notice>/withdraw/", "unions/", "unions/mine/", "unions/<uuid:union>/join/", "unions/withdraw/",
        "unions/<uuid:union>/requests/<uuid:join_request>/answer/", "unions/<uuid:union>/requests/<uuid:join_request>/name/",
        "unions/<uuid:union>/assignments/<uuid:assignment>/withdraw/",
        "unions/<uuid:union>/objections/<uuid:objection>/answer/",
        "unions/<uuid:union>/returns/<str:code>/submit/", "unions/<uuid:union>/returns/<str:code>/answer/",
        "unions/<uuid:union>/returns/<str:code>/chase/",
        "unions/<uuid:union>/corrections/<uuid:correction>/decide/",
        "unions/<uuid:union>/recounts/<uuid:recount>/decide/",
        "unions/<uuid:union>/invitation/renew/", "unions/<uuid:union>/import/<slug:what>/<uuid:run>/act/",
        "join/<str:code>/", "records/transcripts/<uuid:transcript>/revoke/",
    },
    "comes only after an answer before it; drawn in the pattern library": {
        "accounts/phone/code/", "welcome/", "welcome/roll/", "welcome/trade/", "unions/waiting/",
        "records/refused/<int:span>/objection/", "records/objections/<uuid:objection>/",
        "records/transcripts/<uuid:transcript>/", "verify/<str:code>/",
        "unions/<uuid:union>/objections/<uuid:objection>/", "unions/<uuid:union>/corrections/<uuid:correction>/",
        "unions/<uuid:union>/policy/previews/<uuid:job>/", "unions/<uuid:union>/policy/<int:version>/recount/",
        "unions/<uuid:union>/recounts/<uuid:recount>/",
        "unions/<uuid:union>/learners/<uuid:person>/entries/<int:entry>/reversal/",
        "unions/<uuid:union>/requests/<uuid:join_request>/", "unions/<uuid:union>/import/<slug:what>/<uuid:run>/",
    },
}  # fmt: skip
"""Routes by the reason why nobody looks at them here; under the empty reason whole prefixes, which are not ours."""


def forgotten(looked_at: list[Visit]) -> list[str]:
    """Return the routes of ours that are neither looked at nor named with a reason."""
    known = {resolve(visit.path.partition("?")[0]).route for visit in looked_at if visit.status == 200}
    known |= {route for reason, routes in NOT_LOOKED_AT.items() if reason for route in routes}
    prefixes = tuple(NOT_LOOKED_AT[""])
    routes = (
        route
        for route in _routes(get_resolver())
        if not route.startswith(("accounts/", *prefixes)) or route in known
    )
    return sorted({route for route in routes if route not in known})


def _routes(resolver: Any, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route
