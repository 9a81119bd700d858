"""All addresses of the site. Each app brings its own ``urls``; Wagtail's pages come last."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from core import health, rest
from courses.sessions_of_editors import ping_page
from reports import views as reports_views
from skillspower import cms_door, route_policies
from skillspower.home import views as home_views

urlpatterns = [
    path("", home_views.index, name="home"),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("", include("skillspower.pages.urls")),
    path("", include("skillspower.pwa.urls")),
    path("", include("skillspower.demo.urls")),
    path("", include("skillspower.welcome.urls")),
    path("", include("skillspower.me.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    # The CMS has a sign-in of its own; ours has the limits and the audit.
    path("cms/login/", cms_door.login),
    path("cms/password_reset/", RedirectView.as_view(url="/accounts/password/reset/")),
    path("cms/editing-sessions/ping/wagtailcore/page/<int:object_id>/<int:session_id>/", ping_page),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("media.urls")),
    path("", include("instructors.urls")),
    path("", include("search.urls")),
    path("", include("records.urls")),
    path("unions/", reports_views.mine),
    path("", include("occupations.urls")),
    path("", include("courses.urls")),
    path("", include("programmes.urls")),
    path("", include("reports.urls")),
    path("", include("unions.urls")),
    # After the apps: each has added its routes to the API by now.
    path("api/v1/problems", rest.problems),
    path("api/v1/", rest.api.urls),
    re_path(r"^api/(?P<path>.*)$", rest.no_such_route),
    path("", include(wagtail_urls)),
]

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.permission_denied"
handler404 = "core.error_pages.page_not_found"
handler500 = "core.error_pages.server_error"

route_policies.register()
