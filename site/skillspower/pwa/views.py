"""The manifest, the service worker, the offline page and the page that says how to put all this on a phone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from core.offline_words import words
from core.policies import guard, public
from skillspower.pwa import shell

GROUND, BAR = "#f6f4f0", "#ffffff"


@require_safe
@guard(public)
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer what a phone needs to know to show this as an app. Icons are made by ``bin/icons``."""
    icons = [{"src": static("icons/seal.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {
            "src": static(f"icons/{purpose}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for purpose in ("any", "maskable")
        for size in (192, 512)
    ]
    content = {
        "id": "/",
        "name": _("技能强国·产业工人学习社区"),
        "short_name": _("技能强国"),
        "description": _("产业工人学习社区：按国家职业标准学本事，学一分钟，算一分钟。"),
        "lang": "zh-Hans",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": BAR,
        "categories": ["education"],
        "icons": icons,
        "shortcuts": [
            {"name": _("课程"), "url": "/courses/"},
            {"name": _("学习记录"), "url": "/records/"},
        ],
    }
    return JsonResponse(
        content,
        content_type="application/manifest+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
@guard(public)
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the worker of this release; a kept copy would keep phones on an old one."""
    script = shell.worker_script(shell.release())
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
@guard(public)
@never_cache
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a phone shows without a network. Nothing on it belongs to a person: it is kept on the device."""
    return render(request, "pwa/offline.html", shell.offline_context())


@require_safe
@guard(public)
@never_cache
def who(request: HttpRequest) -> HttpResponse:
    """Answer whose minutes may go up from this device now, and with which token; the learner is null for nobody."""
    person = request.user.person if request.user.is_authenticated else None
    csrf = {"header": "X-CSRFToken", "token": get_token(request)}
    return JsonResponse({"learner": str(person.uuid) if person else None, "csrf": csrf})


@require_safe
@guard(public)
@never_cache
def taken_along(request: HttpRequest) -> HttpResponse:
    """Show the lessons that were taken along on this device. What they are only the device knows."""
    return render(request, "pwa/taken_along.html", {"words": words()})


@require_safe
@guard(public)
def install(request: HttpRequest) -> HttpResponse:
    """Say how to put the community on a phone's first screen, by the phone one has."""
    return render(request, "pwa/install.html")
