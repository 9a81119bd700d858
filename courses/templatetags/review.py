"""What the templates of a review need."""

from django import template

from courses.review.texts import kind_name

register = template.Library()


@register.filter
def block_kind(kind: str) -> str:
    """Return what people call a type of block."""
    return kind_name(kind)
