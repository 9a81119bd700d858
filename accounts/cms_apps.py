"""Wagtail's app of users with our viewset; listed in INSTALLED_APPS in its place."""

from wagtail.users.apps import WagtailUsersAppConfig


class CmsUsersConfig(WagtailUsersAppConfig):
    user_viewset = "accounts.cms_users.UserViewSet"
