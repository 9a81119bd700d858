"""Settings, one file per concern in ``parts/``; ``env`` is the one place that reads the environment."""
