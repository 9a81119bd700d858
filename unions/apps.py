from django.apps import AppConfig


class UnionsConfig(AppConfig):
    name = "unions"
    verbose_name = "工会"

    def ready(self) -> None:
        from accounts.api import register_role_source
        from core import inbox
        from unions.imports import register_all
        from unions.message_sources import notices, waiting_requests
        from unions.policies import implied_roles

        register_role_source(implied_roles)
        register_all()
        inbox.register_source(notices, rings=True)
        inbox.register_source(waiting_requests, rings=True)
