"""
How a person wants the pages: theme, reading mode, text size. Kept in cookies, so it also holds for guests and before
sign-in, and the page comes right from the server without a flash.
"""

from django.http import HttpRequest

CHOICES = {
    "theme": ("auto", "light", "dark"),
    "reading": ("normal", "elder"),
    "size": ("1", "2", "3", "4"),
}
"""The first value of each is the default and stands for no cookie. ``elder`` is the 长辈版; sizes are 100, 125, 150, 187.5 %."""

MAX_AGE_S = 365 * 24 * 3600


def cookie_name(key: str) -> str:
    return f"look_{key}"


def chosen(request: HttpRequest | None) -> dict[str, str]:
    """Return the value of each choice; what is unknown counts as the default."""
    found = {}
    for key, values in CHOICES.items():
        value = request.COOKIES.get(cookie_name(key), "") if request else ""
        found[key] = value if value in values else values[0]
    return found


def is_elder(request: HttpRequest | None) -> bool:
    """Return whether the page is shown in 长辈版 (presence checks then wait 180 s)."""
    return chosen(request)["reading"] == "elder"
