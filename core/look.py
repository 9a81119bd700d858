"""
How a person wants the pages: theme and text size.

Somebody signed in has the choice on the account, so it comes along to every device; a guest has it in cookies, and
what the account never chose comes from the device. The server writes it into ``<html>``: no flash, no script.
"""

from collections.abc import Mapping

from django.http import HttpRequest

CHOICES = {"theme": ("auto", "light", "dark"), "size": ("1", "2", "3", "4")}
"""The first value of each is the default and stands for no cookie."""

ELDER_SIZE = "2"
"""The four sizes are 16, 20, 24 and 30 px. From 20 px on it is the 长辈版: large targets, one column, strong contrast."""

MAX_AGE_S = 365 * 24 * 3600


def cookie_name(key: str) -> str:
    return f"look_{key}"


def known(values: Mapping[str, str | None]) -> dict[str, str]:
    """
    Return those of the given choices that exist.

    >>> known({"theme": "dark", "size": "9", "colour": "red"})
    {'theme': 'dark'}
    """
    return {key: value for key in CHOICES if (value := values.get(key)) and value in CHOICES[key]}


def on_device(request: HttpRequest) -> dict[str, str]:
    """Return what this device's cookies choose; what they do not name was never chosen."""
    return known({key: request.COOKIES.get(cookie_name(key)) for key in CHOICES})


def chosen(request: HttpRequest | None) -> dict[str, str]:
    """Return the value of each choice: the account's, else the device's, else the default."""
    defaults = {key: values[0] for key, values in CHOICES.items()}
    if request is None:
        return defaults
    user = getattr(request, "user", None)
    on_account = known(user.look) if user is not None and user.is_authenticated else {}
    return {**defaults, **on_device(request), **on_account}


def is_elder(request: HttpRequest | None) -> bool:
    """Return whether the page is shown in 长辈版 (presence checks then wait 180 s)."""
    return chosen(request)["size"] >= ELDER_SIZE
