"""The PDF of a transcript: set by a program of its own that is killed when it takes too long."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from records.transcripts.typesetter import NO_FONT

LIMIT_SECONDS = 15
"""On an idle machine a sheet takes half a second; the first one after a start waits for the disk."""
_PROGRAM = Path(__file__).with_name("typesetter.py")
_SHEET = Path(__file__).with_name("sheet.typ")


class NotSet(RuntimeError):
    """There is no PDF: no Chinese font is here, the time was up, or the sheet could not be set."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def set_sheet(sheet: dict[str, Any], *, at_ms: int, template: Path = _SHEET) -> bytes:
    """
    Return the PDF of a sheet (``presentation.sheet``, or what another template reads). The same sheet and fonts give the
    same bytes.

    :raises NotSet: ``why`` is ``no_font``, ``too_long`` or ``failed``.
    """
    asked = {
        "sheet": sheet,
        "at": at_ms // 1_000,
        "font_paths": settings.FONT_PATHS,
        "template": str(template),
    }
    try:
        done = subprocess.run(  # noqa: S603 (our own program; what it reads is data)
            [sys.executable, "-I", str(_PROGRAM)],
            input=json.dumps(asked, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
            env={name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise NotSet("too_long") from error
    except OSError as error:
        raise NotSet("failed") from error
    if done.returncode == NO_FONT:
        raise NotSet("no_font")
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise NotSet("failed")
    return done.stdout
