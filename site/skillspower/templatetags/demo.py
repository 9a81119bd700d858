"""What pages show of the demo's door: nothing at all where it is shut."""

from typing import Any

from django import template

from skillspower.demo.door import is_open, roles_of_sign_in_page

register = template.Library()


@register.simple_tag(takes_context=True)
def demo_door_is_open(context: template.Context) -> bool:
    request = context.get("request")
    return request is not None and is_open(request)


@register.inclusion_tag("demo/door.html", takes_context=True)
def demo_door(context: template.Context) -> dict[str, Any]:
    """Draw the one-click sign-ins, where they work."""
    request = context.get("request")
    if request is None or not is_open(request):
        return {}
    return {"roles": list(roles_of_sign_in_page()), "csrf_token": context.get("csrf_token")}
