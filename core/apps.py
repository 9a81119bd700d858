from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "平台基础"

    def ready(self) -> None:
        """Load each app's ``handlers.py``, where functions register for kinds of jobs, and our own checks."""
        import_module("core.translation").remember_words()
        autodiscover_modules("handlers")
        import_module("core.checks")
