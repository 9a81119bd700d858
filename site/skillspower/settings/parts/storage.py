"""Files. Uploads never go to ``media/``, which is a Python package here."""

from skillspower.settings.env import ROOT, env

STATIC_URL = "/static/"
STATIC_ROOT = env.var_dir / "static"
STATICFILES_DIRS = [
    ROOT / "site" / "static",
    *([("vendor", ROOT / "var" / "vendor")] if (ROOT / "var" / "vendor").is_dir() else []),
]
MEDIA_URL = "/files/"
MEDIA_ROOT = env.var_dir / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticfiles.StaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

SENDFILE_PREFIX = env.sendfile_prefix
FONT_PATHS = [folder for folder in env.font_paths.split(":") if folder]
