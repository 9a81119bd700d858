"""Static files by the hash of what they hold, also where one of our ES modules imports another one."""

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """
    Without this a page could run a module of yesterday with one of today, until the browser's cache runs out.

    Only our own modules are looked into: bundles of libraries hold text that only looks like an import.
    """

    _addresses: dict[str, str]

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file; a page asks for some forty of them, and a release never changes one."""
        if force or settings.DEBUG or not name:
            return str(super().url(name, force))
        known = self.__dict__.setdefault("_addresses", {})
        if name not in known:
            known[name] = str(super().url(name))
        return known[name]

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # the stubs lack it
    )
