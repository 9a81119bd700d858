"""What the service worker keeps: whatever the offline page loads, named by the page itself."""

import json
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse

from core.offline_words import words

WORKER = Path(__file__).with_name("service-worker.js")
BAG = Path(__file__).parents[2] / "static" / "js" / "offline" / "bag.js"
"""What was taken along, for pages a module. Not every browser lets a service worker import one."""
_VERSION_DIGITS = 12
_MODULES = ("js/offline/bag.js", "js/offline/state.js", "js/player/meter.js")
"""What the offline page's script imports; a test compares."""


def offline_context() -> dict[str, Any]:
    """Return what the offline page is made of."""
    return {"words": words(), "modules": [static(name) for name in _MODULES]}


def shell_files() -> list[str]:
    """Return the static files that the offline page names, each once, in the order of the page."""
    page = render_to_string("pwa/offline.html", offline_context())
    found = re.findall(rf'(?:href|src)="({re.escape(settings.STATIC_URL)}[^"#?]+)', page)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _worker_source() -> str:
    bag = re.sub(r"^export ", "", BAG.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return bag + WORKER.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def worker_script(release: str) -> str:
    """
    Return the service worker of this release with its list before it.

    The version follows the list, the offline page's own files, the worker's text and the release (:func:`release`), so
    kept files never outlive the release they came with.
    """
    files, source = shell_files(), _worker_source()
    digest = sha256(json.dumps([release, files, source]).encode()).hexdigest()
    shell = {"version": digest[:_VERSION_DIGITS], "offline": reverse("pwa:offline"), "files": files}
    return f"const SHELL = {json.dumps(shell)};\n{source}"


def release() -> str:
    """Return what changes with any static file: the hash of their list, empty where files have no hashes."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
