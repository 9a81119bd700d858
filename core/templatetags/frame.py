"""What the frame of every page needs: the look a person chose, the place in the navigation, the demo's mark."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.look import CHOICES, ELDER_SIZE, chosen, is_elder
from core.templatetags.ui import icon as draw_icon

register = template.Library()


@register.simple_tag(takes_context=True)
def html_attributes(context: template.Context) -> SafeString:
    """Return the attributes of ``<html>``: language, and whatever differs from the default look."""
    language = get_language() or settings.LANGUAGE_CODE
    lang = "zh-Hans" if language.startswith("zh") else language
    request = context.get("request")
    look = chosen(request)
    differing = [(f"data-{key}", value) for key, value in look.items() if value != CHOICES[key][0]]
    if is_elder(request):
        differing.append(("data-reading", "elder"))
    return format_html('lang="{}"{}', lang, format_html_join("", ' {}="{}"', differing))


@register.simple_tag(takes_context=True)
def look_links(context: template.Context) -> dict[str, Any]:
    """
    Return the chosen look: ``theme``, ``size``, ``elder``; as ``to`` an address for each choice, as ``page`` the one
    with all of them. All come back to this page; those on the page of choices come back to it with its own way back.
    """
    request = context.get("request")
    back = request.get_full_path() if request and request.method == "GET" else "/"
    look = chosen(request)
    page = back if request and request.path == "/look/" else f"/look/?{urlencode({'next': back})}"
    return {**look, "elder": look["size"] >= ELDER_SIZE, "to": _addresses(back), "page": page}


@lru_cache(maxsize=512)
def _addresses(back: str) -> dict[str, str]:
    """Return an address for each choice, all coming back to the same page; each page asks for them several times."""
    return {
        f"{key}_{value}": f"/look/?{urlencode({key: value, 'next': back})}"
        for key, values in CHOICES.items()
        for value in values
    }


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url: str, text: str, icon: str = "", css: str = "", count: int = 0
) -> SafeString:
    """Return a link of the navigation; it is the current one on its page and on all pages below."""
    request = context.get("request")
    path = request.path if request else ""
    is_here = path == url or (url != "/" and path.startswith(url))
    current = format_html(' aria-current="{}"', "page" if path == url else "true") if is_here else ""
    words = _("，{n} 条未读").format(n=count)
    badge = (
        format_html(
            ' <span class="badge" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
            count if count < 100 else "99+",
            words,
        )
        if count
        else ""
    )
    return format_html(
        '<a href="{}"{}{}>{}<span>{}</span>{}</a>',
        url,
        format_html(' class="{}"', css) if css else "",
        current,
        draw_icon(icon) if icon else "",
        text,
        badge,
    )


@register.simple_tag(takes_context=True)
def works_for_union(context: template.Context) -> bool:
    """Return whether the person has the fifth tab; asked once a page, though the bar and the tabs both show it."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return False
    if not hasattr(request, "_works_for_union"):
        request._works_for_union = bool(user.is_officer)
    return bool(request._works_for_union)


@register.simple_tag
def is_demo() -> bool:
    return bool(settings.DEMO_MODE)
