"""What production runs, and the demo: DEBUG off, hashed static files, no default for a secret."""

from skillspower.settings.base import *  # noqa: F403
from skillspower.settings.env import required_secrets

required_secrets()
