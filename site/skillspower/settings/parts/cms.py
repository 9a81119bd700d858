"""Wagtail's own settings."""

from skillspower.settings.env import env

WAGTAIL_SITE_NAME = "技能强国"
WAGTAILADMIN_BASE_URL = env.site_url
WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", "简体中文")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_I18N_ENABLED = False
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAILADMIN_LOGIN_URL = "/cms/login/"
# An approved course edition is published by a job of ours, with all its lessons at once.
WAGTAIL_FINISH_WORKFLOW_ACTION = "courses.workflow.finish"
