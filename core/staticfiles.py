"""Static files by the hash of what they hold, also where one of our ES modules imports another one."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """
    Without this a page could run a module of yesterday with one of today, until the browser's cache runs out.

    Only our own modules are looked into: bundles of libraries hold text that only looks like an import.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # the stubs lack it
    )
