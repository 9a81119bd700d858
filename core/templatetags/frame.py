"""
What the frame of every page needs: the look a person chose, the place in the navigation, the demo's mark; and a way to
draw once what is the same on all pages (``same_for``).
"""

from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.look import CHOICES, ELDER_SIZE, chosen, is_elder
from core.templatetags.ui import icon as draw_icon

register = template.Library()

PLACES = ("/", "/courses/", "/records/", "/unions/", "/me/", "/instructors/")
"""Where the navigation leads."""

ELSEWHERE = "/--the-page-that-is-shown--/"
"""Stands for the page's own address in what ``same_for`` keeps."""

MOST_KEPT = 200
"""So many variants a part of the frame is kept in, before it starts again."""


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
    back, look = _back(context), chosen(context.get("request"))
    return {
        **look,
        "elder": look["size"] >= ELDER_SIZE,
        "to": _addresses(back),
        "page": back if back.startswith("/look/") else f"/look/?{urlencode({'next': back})}",
    }


def _back(context: template.Context) -> str:
    request = context.get("request")
    return request.get_full_path() if request and request.method == "GET" else "/"


@lru_cache(maxsize=512)
def _addresses(back: str) -> dict[str, str]:
    """Return an address for each choice, all coming back to the same page; each page asks for them several times."""
    return {
        f"{key}_{value}": f"/look/?{urlencode({key: value, 'next': back})}"
        for key, values in CHOICES.items()
        for value in values
    }


@register.simple_tag(takes_context=True)
def nav_place(context: template.Context) -> tuple[str, str]:
    """Return the place of the navigation that a page belongs to, and what ``aria-current`` says there; "" for none."""
    request = context.get("request")
    path = request.path if request else ""
    if path in PLACES:
        return path, "page"
    return next((place for place in PLACES if place != "/" and path.startswith(place)), ""), "true"


@register.simple_tag
def nav_link(url: str, text: str, here: tuple[str, str], icon: str = "", css: str = "") -> SafeString:
    """Return a link of the navigation; it is the current one on its page and on all pages below (``nav_place``)."""
    place, current = here
    return format_html(
        '<a href="{}"{}{}>{}<span>{}</span></a>',
        url,
        format_html(' class="{}"', css) if css else "",
        format_html(' aria-current="{}"', current) if place == url else "",
        draw_icon(icon) if icon else "",
        text,
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


@register.tag
def same_for(parser: template.base.Parser, token: template.base.Token) -> "SameFor":
    """
    ``{% same_for value … %} … {% endsame_for %}``: draw what is inside once in a process for each language and each of
    these values, for a part of the frame that depends on nothing else. Nothing about a person may be inside but what the
    values say. Inside, ``look`` leads back to the page that is shown, whichever it is.
    """
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    inside = parser.parse(("endsame_for",))
    parser.delete_first_token()
    return SameFor(values, inside)


class SameFor(template.Node):
    """The cached loader keeps the nodes of a template for as long as it is the same, and so what they drew."""

    child_nodelists = ("inside",)

    def __init__(self, values: list[template.base.FilterExpression], inside: template.NodeList) -> None:
        self.values, self.inside = values, inside
        self.kept: dict[tuple[Any, ...], str] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(value.resolve(context) for value in self.values))
        drawn = self.kept.get(key)
        if drawn is None:
            look = context.get("look")
            if look:
                look = {**look, "to": _addresses(ELSEWHERE)}
            with context.push(look=look):
                drawn = self.inside.render(context)
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = drawn
        if _ELSEWHERE in drawn:
            drawn = drawn.replace(_ELSEWHERE, quote_plus(_back(context)))
        return SafeString(drawn)


_ELSEWHERE = quote_plus(ELSEWHERE)
