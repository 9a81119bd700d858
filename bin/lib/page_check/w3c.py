"""The W3C's checker of HTML (vnu.jar, a JVM) over all pages at once."""

import json
import subprocess
from pathlib import Path

KNOWN_FALSE = ("Attribute “pathLength” not allowed on element “circle”",)
"""Sentences of the checker that are wrong: SVG 2 allows pathLength on every basic shape, and browsers obey it."""


def errors(jar: Path, pages: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """
    Return the checker's errors by page. ``pages`` is HTML by name; ``folder`` keeps it for reading.

    :raises RuntimeError: if the checker did not run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    names = {}
    for number, (name, html) in enumerate(pages.items()):
        path = folder / f"{number:03}.html"
        path.write_text(html, encoding="utf-8")
        names[path.name] = name
    command = [
        "java",
        "-Xss4m",
        "-jar",
        str(jar),
        "--errors-only",
        "--exit-zero-always",
        "--format",
        "json",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    try:
        messages = json.loads(done.stderr)["messages"]
    except (ValueError, KeyError):
        raise RuntimeError(f"the W3C's checker did not run: {done.stderr[-500:]}") from None
    found: dict[str, list[str]] = {}
    for message in messages:
        text = str(message["message"])
        if not any(known in text for known in KNOWN_FALSE):
            where = f"line {message.get('lastLine', '?')}: {message.get('extract', '').strip()[:140]!r}"
            found.setdefault(names[Path(message["url"]).name], []).append(f"W3C: {text} {where}")
    return found
