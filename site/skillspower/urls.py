"""All addresses of the site. Each app brings its own ``urls``; Wagtail's pages come last."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from core import health

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("", include("skillspower.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("media.urls")),
    path("", include("search.urls")),
    path("", include("reports.urls")),
    path("", include(wagtail_urls)),
]

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.permission_denied"
handler404 = "core.error_pages.page_not_found"
handler500 = "core.error_pages.server_error"
