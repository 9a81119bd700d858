"""The product as it runs, and beside it the floor: see ``floor_urls``."""

from skillspower.settings.production import *  # noqa: F403

ROOT_URLCONF = "floor_urls"
