"""Our Chinese words for what Wagtail leaves in English."""

import re
from pathlib import Path

import pytest
import wagtail
from babel.messages.pofile import read_po
from django.conf import settings

OURS = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
each_catalogue = pytest.mark.parametrize("name", ["django.po", "djangojs.po"])
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def messages(path):
    with path.open("rb") as file:
        return {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_po(file) if m.id}


@each_catalogue
def test_each_translates_something_that_wagtail_still_says(name):
    theirs = set()
    for path in Path(wagtail.__file__).parent.rglob(f"locale/en/LC_MESSAGES/{name}"):
        theirs |= messages(path).keys()

    assert messages(OURS / name).keys() <= theirs


@each_catalogue
def test_each_keeps_to_the_placeholders_and_the_markup_of_the_original(name):
    for original, message in messages(OURS / name).items():
        words = message.string if isinstance(message.string, str) else message.string[0]
        assert set(_PLACEHOLDER.findall(words)) <= set(_PLACEHOLDER.findall(original)), original
        assert sorted(re.findall(r"<[^>]+>", words)) == sorted(re.findall(r"<[^>]+>", original)), original
        assert not re.search(r"[\u4e00-\u9fff][,;?!]|您", words), original
