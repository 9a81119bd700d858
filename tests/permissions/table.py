"""
Who may open what: every route of the site with its rule.

A new route of ours gets a line in ``TABLE``. Mostly that is ``"its/route/": SIGNED_IN`` or ``officer("training")``. Where
GET and POST differ: ``(PUBLIC.by("get"), SIGNED_IN.by("post"))``. An argument is filled from the world by its name
(``tests/permissions/world.py``), else by ``rule.at(slug="teacher")``: a name in the world, or the value itself. Routes of
libraries are named by prefix in ``LIBRARIES``.
"""

from uuid import UUID

from tests.permissions.rules import HIDDEN, PASSES, SIGN_IN, Rule, only
from tests.permissions.visitors import DUTIES, ELSEWHERE, OWN, STAFF, VISITORS

PUBLIC = Rule("public", nobody=PASSES)
SIGNED_IN = only("signed in", set(VISITORS) - {"nobody"})
NOBODY_HERE = only("not to be had here", (), others=HIDDEN, nobody=HIDDEN)
OWNER = only("the member whose it is", ["member"], others=HIDDEN)
ANY_OFFICER = only("any officer", {*OWN, *ELSEWHERE} - {"former"}, concerns_unions=True)
BEGUN = only("who began it, else the door", set(VISITORS) - {"nobody"})


def officer(*duties: str, write: bool = False, others: str = HIDDEN) -> Rule:
    """Officers with one of these duties at the plant or above it; to everybody else it does not exist."""
    wanted = duties or DUTIES
    passes = {f"{duty}+" for duty in wanted} | (set() if write else set(wanted)) | {"parent"}
    return only(
        f"officer: {', '.join(wanted)}{' (write)' * write}", passes, others=others, concerns_unions=True
    )


SUPERIOR = only("officers of a union above the plant", {"parent"}, others=HIDDEN, concerns_unions=True)
READS_MATTERS = only(
    "the member, and who reads matters of training",
    {"member", "training", "training+", "parent"},
    others=HIDDEN,
    concerns_unions=True,
)
INSPECTS = only(
    "the auditor, and officers with statistics of the plant or above",
    {"audit_admin", "statistics", "statistics+", "parent"},
    others=HIDDEN,
    concerns_unions=True,
)
READS_NOTICES = only(
    "members and officers of the plant, of what is above it and below it",
    {"member", *OWN, "child", "parent"},
    others=HIDDEN,
    concerns_unions=True,
)
CMS = only("who works in the CMS", {*STAFF, "operator"})
WRITES_COURSE = only("who may write this course", {"author", "lesson_editor", "operator"})
READS_STANDARDS = only("who works in the CMS", {*STAFF, "operator"})
EDITS = only("lesson editors", {"lesson_editor", "operator"})
VERIFIES = only("reviewers", {"trade_reviewer", "content_reviewer", "operator"})
OPERATES = only("the operator", {"operator"})
READS_COVERAGE = only(
    "who teaches, reviews or works for a union", {*STAFF, *OWN, *ELSEWHERE, "operator"} - {"former"}
)
_BEAT = {"seq": 99, "part": str(UUID(int=1)), "t": [0, 1000], "ranges": [[0, 1000]], "visible": True}
OWNS_PACKAGE = only("whose package it is, and the operator", {"author", "operator"})
_REVIEWED = only("nobody: its review is over", ())
_COURSE_PAGES = only("who writes courses", {"author", "instructor", "lesson_editor", "operator"})

TABLE: dict[str, Rule | tuple[Rule, ...]] = {
    # The site
    "": PUBLIC,
    "health/live": PUBLIC,
    "health/ready": PUBLIC,
    "look/": PUBLIC,
    "about/": PUBLIC,
    "about/study-hours/": PUBLIC,
    "about/accessibility/": PUBLIC,
    "about/privacy/": PUBLIC,
    "_patterns/": PUBLIC,
    "_patterns/states/": PUBLIC,
    "_patterns/pages/<slug:name>/": PUBLIC.at(name="sign-in"),
    "manifest.webmanifest": PUBLIC,
    "sw.js": PUBLIC,
    "offline/": PUBLIC,
    "offline/who/": PUBLIC,
    "me/offline/": PUBLIC,
    "install/": PUBLIC,
    "demo/": NOBODY_HERE,
    "demo/as/<slug:role>/": NOBODY_HERE.at(role="worker"),
    "^((?:[\\w\\-]+/)*)$": PUBLIC.at(path="courses/"),
    # One's own
    "welcome/": SIGNED_IN,
    "welcome/roll/": SIGNED_IN,
    "welcome/trade/": SIGNED_IN,
    "welcome/done/": SIGNED_IN,
    "me/": SIGNED_IN,
    "me/name/": SIGNED_IN,
    "me/trade/": SIGNED_IN,
    "me/messages/": SIGNED_IN,
    "me/messages/read/": SIGNED_IN,
    "me/messages/<str:key>/": OWNER.at(key="message"),
    "records/": SIGNED_IN,
    "records/refused/<int:span>/objection/": OWNER,
    "records/objections/<uuid:objection>/": OWNER,
    "records/evidence/<uuid:file>/": READS_MATTERS,
    "records/transcripts/": SIGNED_IN,
    "records/transcripts/<uuid:transcript>/": OWNER,
    "records/transcripts/<uuid:transcript>/code.svg": OWNER,
    "records/transcripts/<uuid:transcript>/pdf/": OWNER,
    "records/transcripts/<uuid:transcript>/json/": OWNER,
    "records/transcripts/<uuid:transcript>/revoke/": OWNER,
    "inspection/": only("who may inspect", {*OWN, *ELSEWHERE, "audit_admin"} - {"former"}, others=HIDDEN),
    "inspection/<uuid:person>/<str:day>/": INSPECTS.at(day="2026-11-23"),
    "inspection/<uuid:person>/<str:day>/evidence.zip": INSPECTS.at(day="2026-11-23"),
    "verify/<str:code>/": PUBLIC.at(code="transcript_code"),
    # The door
    "accounts/phone/": PUBLIC,
    "accounts/phone/code/": PUBLIC,
    "accounts/phone/resend/": PUBLIC,
    "accounts/login/": PUBLIC,
    "accounts/logout/": PUBLIC,
    "accounts/inactive/": PUBLIC,
    "accounts/signup/": PUBLIC,
    "accounts/reauthenticate/": only("who has a password, as nobody here has", ()),
    "accounts/email/": SIGNED_IN,
    "accounts/confirm-email/": BEGUN,
    "accounts/password/change/": SIGNED_IN,
    "accounts/password/set/": SIGNED_IN,
    "accounts/password/reset/": PUBLIC,
    "accounts/password/reset/confirm/": only("who began it, as nobody here did", (), others=SIGN_IN),
    "accounts/password/reset/complete/": PUBLIC,
    "accounts/password/reset/done/": PUBLIC,
    "accounts/login/code/confirm/": BEGUN,
    "accounts/phone/verify/": BEGUN,
    "accounts/phone/change/": SIGNED_IN,
    # Files
    "files/v/<str:ticket>/<path:path>": NOBODY_HERE.at(ticket="none", path="master.m3u8"),
    "files/images/<str:name>": PUBLIC.at(name="picture"),
    "documents/^(\\d+)/(.*)$": PUBLIC.at(path="document_address"),
    # Finding and learning
    "instructors/": PUBLIC,
    "instructors/<slug:slug>/": PUBLIC.at(slug="teacher"),
    "search/": PUBLIC,
    "search/suggest/": PUBLIC,
    "search/occupations/": PUBLIC,
    "courses/": PUBLIC,
    "standards/": PUBLIC,
    "standards/<str:code>/": PUBLIC.at(code="turner"),
    "standards/<str:code>/standard.xlsx": PUBLIC.at(code="turner"),
    "paths/": PUBLIC,
    "paths/<str:code>/": PUBLIC.at(code="path_code"),
    "coverage/": READS_COVERAGE,
    "coverage/<slug:kind>/": READS_COVERAGE.at(kind="csv"),
    "coverage/occupation/<str:code>/": READS_COVERAGE.at(code="turner"),
    "coverage/occupation/<str:code>/<slug:kind>/": READS_COVERAGE.at(code="turner", kind="csv"),
    "courses/<str:slug>/": PUBLIC.at(slug="course"),
    "courses/<str:slug>/start/": SIGNED_IN.at(slug="course"),
    "courses/<str:slug>/new-edition/": SIGNED_IN.at(slug="course"),
    "learn/<uuid:lesson>/": (PUBLIC.at(lesson="first"), SIGNED_IN),
    "learn/<uuid:lesson>/kept/": SIGNED_IN.at(lesson="first"),
    "learn/<uuid:lesson>/captions/<uuid:part>.vtt": only(
        "signed in", set(VISITORS) - {"nobody"}, nobody=HIDDEN
    ),
    # Unions
    "join/<str:code>/": PUBLIC,
    "unions/": ANY_OFFICER,
    "unions/mine/": ANY_OFFICER,
    "unions/join/": SIGNED_IN,
    "unions/code/": SIGNED_IN,
    "unions/waiting/": SIGNED_IN,
    "unions/withdraw/": SIGNED_IN,
    "unions/<uuid:union>/": PUBLIC,
    "unions/<uuid:union>/join/": SIGNED_IN,
    "unions/<uuid:union>/requests/": officer("membership"),
    "unions/<uuid:union>/requests/<uuid:join_request>/": officer("membership"),
    "unions/<uuid:union>/requests/<uuid:join_request>/answer/": officer("membership", write=True),
    "unions/<uuid:union>/requests/<uuid:join_request>/name/": officer("membership"),
    "unions/<uuid:union>/units/": officer("membership"),
    "unions/<uuid:union>/units/<slug:act>/": officer("membership", write=True).at(act="open"),
    "unions/<uuid:union>/invitation/": officer("membership"),
    "unions/<uuid:union>/invitation/code.svg": officer("membership"),
    "unions/<uuid:union>/invitation/renew/": officer("membership", write=True),
    "unions/<uuid:union>/notices/": officer("training", "membership", write=True),
    "unions/<uuid:union>/notices/new/": officer("training", "membership", write=True),
    "unions/<uuid:union>/notices/<uuid:notice>/withdraw/": officer("training", "membership", write=True),
    "notices/<uuid:notice>/": READS_NOTICES,
    "unions/<uuid:union>/import/<slug:what>/": officer("membership", write=True),
    "unions/<uuid:union>/import/<slug:what>/template.xlsx": officer("membership", write=True),
    "unions/<uuid:union>/import/<slug:what>/<uuid:run>/": officer("membership", write=True),
    "unions/<uuid:union>/import/<slug:what>/<uuid:run>/act/": officer("membership", write=True),
    "unions/<uuid:union>/import/<slug:what>/<uuid:run>/refused.csv": officer("membership", write=True),
    # Figures and the desk for other people's time
    "unions/<uuid:union>/study/": officer(),
    "unions/<uuid:union>/study/closing/": officer("statistics", write=True),
    "unions/<uuid:union>/filters/": officer(),
    "unions/<uuid:union>/study.csv": officer(),
    "unions/<uuid:union>/returns/": officer("statistics"),
    "unions/<uuid:union>/returns/<str:code>/": officer("statistics").at(code="2026-10"),
    "unions/<uuid:union>/returns/<str:code>/file.<str:ending>": officer("statistics").at(
        code="2026-10", ending="csv"
    ),
    "unions/<uuid:union>/returns/<str:code>/submit/": officer("statistics", write=True).at(code="2026-10"),
    "unions/<uuid:union>/returns/<str:code>/answer/": SUPERIOR.at(code="2026-10"),
    "unions/<uuid:union>/returns/<str:code>/chase/": officer("statistics", write=True).at(code="2026-10"),
    "unions/<uuid:union>/learners/": officer(),
    "unions/<uuid:union>/learners/<uuid:person>/": officer(),
    "unions/<uuid:union>/objections/": officer("training"),
    "unions/<uuid:union>/objections/<uuid:objection>/": officer("training"),
    "unions/<uuid:union>/objections/<uuid:objection>/answer/": officer("training", write=True),
    "unions/<uuid:union>/corrections/": officer("training"),
    "unions/<uuid:union>/corrections/<uuid:correction>/": officer("training"),
    "unions/<uuid:union>/corrections/<uuid:correction>/decide/": officer("training", write=True),
    "unions/<uuid:union>/learners/<uuid:person>/entries/<int:entry>/reversal/": officer(
        "training", write=True
    ),
    "unions/<uuid:union>/learners/<uuid:person>/grant/": officer("training", write=True),
    "unions/<uuid:union>/policy/": officer("training"),
    "unions/<uuid:union>/policy/new/": officer("training", write=True),
    "unions/<uuid:union>/policy/previews/<uuid:job>/": officer("training", write=True),
    "unions/<uuid:union>/policy/<int:version>/recount/": officer("training", write=True).at(version=1),
    "unions/<uuid:union>/recounts/<uuid:recount>/": officer("training"),
    "unions/<uuid:union>/recounts/<uuid:recount>/decide/": officer("training", write=True),
    # The API
    "api/v1/instructors": PUBLIC,
    "api/v1/problems": PUBLIC,
    "api/v1/openapi.json": PUBLIC,
    "api/v1/": NOBODY_HERE,
    "^api/(?P<path>.*)$": NOBODY_HERE.at(path="none"),
    "api/v1/study/licences": SIGNED_IN,
    "api/v1/study/uploads": SIGNED_IN,
    "api/v1/study/sessions": SIGNED_IN,
    "api/v1/study/sessions/<uuidstr:session>/beats": OWNER.saying(beats=[_BEAT]),
    # Nobody has been asked for presence: there is no such check (404), whoever says so.
    "api/v1/study/sessions/<uuidstr:session>/presence": SIGNED_IN,
    "api/v1/study/sessions/<uuidstr:session>/close": OWNER,
    "api/v1/search": PUBLIC,
    "api/v1/suggest": PUBLIC,
    "api/v1/me/records": SIGNED_IN,
    "api/v1/me/make-up": SIGNED_IN,
    "api/v1/me/objections": SIGNED_IN,
    "api/v1/unions/<uuidstr:union>/study": officer(),
    # What a union asks its members to study
    "unions/<uuid:union>/assignments/": officer("training"),
    "unions/<uuid:union>/assignments/new/": officer("training", write=True),
    "unions/<uuid:union>/assignments/<uuid:assignment>/": officer("training"),
    "unions/<uuid:union>/assignments/<uuid:assignment>/progress.<slug:ending>": officer("training").at(
        ending="csv"
    ),
    "unions/<uuid:union>/assignments/<uuid:assignment>/withdraw/": officer("training", write=True),
    # Our pages of the CMS, and those of the library that decide who may do what
    "cms/": CMS,
    "cms/login/": only("who is in already has nothing to do there", ()),
    "cms/password_reset/": PUBLIC,
    "cms/courses/<int:pk>/": WRITES_COURSE.at(pk="course_pk"),
    "cms/courses/checks/<int:page>/": WRITES_COURSE.at(page="course_pk"),
    "cms/courses/import/<int:page>/": WRITES_COURSE.at(page="module_pk"),
    "cms/courses/rules/": OPERATES,
    "cms/courses/<int:pk>/export/": WRITES_COURSE.at(pk="course_pk").by("post"),
    "cms/courses/packages/": _COURSE_PAGES,
    "cms/courses/packages/<uuid:package>/": OWNS_PACKAGE,
    "cms/courses/packages/<uuid:package>/file/": OWNS_PACKAGE,
    "cms/courses/<int:pk>/submit/": WRITES_COURSE.at(pk="course_pk"),
    "cms/courses/editions/<int:edition>/<int:position>/": CMS,
    "cms/standards/import/": EDITS,
    "cms/standards/import/template.xlsx": EDITS,
    "cms/standards/import/<uuid:run>/": EDITS.at(run="standard_run"),
    "cms/standards/import/<uuid:run>/act/": EDITS.at(run="standard_run"),
    "cms/standards/import/<uuid:run>/refused.csv": EDITS.at(run="standard_run"),
    "cms/standards/<int:pk>/standard.xlsx": READS_STANDARDS.at(pk="standard_pk"),
    "cms/standards/<int:pk>/publish/": EDITS.at(pk="standard_pk"),
    "cms/snippets/occupations/occupationalstandard/": READS_STANDARDS,
    "cms/snippets/occupations/occupationalstandard/inspect/<int:pk>/": READS_STANDARDS.at(pk="standard_pk"),
    "cms/snippets/occupations/occupationalstandard/edit/<int:pk>/": EDITS.at(pk="standard_pk"),
    "cms/courses/editions/<int:edition>/": CMS,
    "cms/courses/editions/<int:edition>/changes/": CMS,
    "cms/courses/editions/<int:edition>/decide/": _REVIEWED.by("post"),
    "cms/courses/editions/<int:edition>/pass-on/": _REVIEWED.by("post"),
    "cms/courses/editions/<int:edition>/remark/": _REVIEWED.by("post"),
    "cms/courses/remarks/<uuid:comment>/settle/": WRITES_COURSE.at(comment="remark").by("post"),
    "cms/courses/<int:pk>/take-back/": WRITES_COURSE.at(pk="course_pk").by("post"),
    "cms/editing-sessions/ping/wagtailcore/page/<int:object_id>/<int:session_id>/": WRITES_COURSE.at(
        object_id="course_pk", session_id=1
    ).by("post"),
    "cms/snippets/courses/reviewduty/": OPERATES,
    "cms/courses/reviews/": only(
        "who reviews, edits courses or operates",
        {"trade_reviewer", "content_reviewer", "lesson_editor", "operator"},
    ),
    "cms/snippets/search/tradeword/": EDITS,
    "cms/snippets/search/tradeword/add/": EDITS,
    "cms/snippets/courses/learningpath/": EDITS,
    "cms/snippets/courses/learningpath/add/": EDITS,
    "cms/honours/<int:pk>/decide/": VERIFIES.at(pk="honour"),
    "cms/qualifications/<int:pk>/decide/": VERIFIES.at(pk="qualification"),
    "cms/instructors/<int:pk>/grade/": VERIFIES.at(pk="instructor"),
    "cms/pages/<int:page_id>/edit/": WRITES_COURSE.at(page_id="course_pk").by("get"),
    "cms/pages/<int:page_id>/delete/": only("nobody: it is published", ()).at(page_id="course_pk"),
    "cms/snippets/courses/courseedition/": CMS,
    "cms/snippets/instructors/instructorprofile/": CMS,
    "cms/snippets/instructors/instructorprofile/add/": only("editors", {"lesson_editor", "operator"}),
    "cms/snippets/instructors/heldhonour/": VERIFIES,
    "cms/snippets/instructors/qualification/": VERIFIES,
    "cms/snippets/media/video/": _COURSE_PAGES,
    "cms/snippets/media/video/add/": _COURSE_PAGES,
    "cms/images/add/": _COURSE_PAGES,
    "cms/documents/add/": _COURSE_PAGES,
    "cms/users/": OPERATES,
    "cms/users/new/": OPERATES,
    "cms/groups/": OPERATES,
    "cms/sites/": OPERATES,
    "cms/collections/": OPERATES,
    "cms/workflows/list/": OPERATES,
    "cms/union_chooser/": CMS,
    "cms/occupation_chooser/": CMS,
}

LIBRARIES: dict[str, Rule] = {
    "cms/": CMS,
    "cms/password_reset/": PUBLIC,
    "cms/jsi18n/": PUBLIC,
    "cms/sprite/": PUBLIC,
    "documents/": PUBLIC,
    "_util/": PUBLIC,
}
"""Routes of libraries that stand in no row of their own, by the longest prefix: whom they turn away. Nobody else is asked."""
