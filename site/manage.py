#!/usr/bin/env python
"""Run a management command: the root and ``site/`` come first on the path, whatever the working directory."""

import os
import sys
from pathlib import Path

SITE = Path(__file__).resolve().parent
sys.path[:0] = [str(SITE.parent), str(SITE)]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
