"""What every profile shares: the parts put together."""

from skillspower.settings.env import ROOT, env
from skillspower.settings.parts.apps import INSTALLED_APPS, MIDDLEWARE, OUR_APPS  # noqa: F401
from skillspower.settings.parts.auth import *  # noqa: F403
from skillspower.settings.parts.cms import *  # noqa: F403
from skillspower.settings.parts.database import (  # noqa: F401
    DATABASE_OWNER_URL,
    DATABASE_URL,
    DATABASES,
    DEFAULT_AUTO_FIELD,
)
from skillspower.settings.parts.logs import LOGGING  # noqa: F401
from skillspower.settings.parts.search import *  # noqa: F403
from skillspower.settings.parts.security import *  # noqa: F403
from skillspower.settings.parts.storage import *  # noqa: F403
from skillspower.settings.parts.tasks import *  # noqa: F403

VAR_DIR = env.var_dir
DEBUG = False
SECRET_KEY = env.secret_key
FIELD_KEYS = env.field_keys
BLIND_INDEX_KEY = env.blind_index_key
SIGNING_KEYS = env.signing_keys
CRYPTO_SUITE = env.crypto_suite
DEMO_MODE = env.demo_mode
DEMO_DOOR = env.demo_door
DEMO_LADDER = env.demo_ladder

ROOT_URLCONF = "skillspower.urls"
WSGI_APPLICATION = "skillspower.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "csp.context_processors.nonce",
                "accounts.context_processors.bell",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "site" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
