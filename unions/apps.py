from django.apps import AppConfig


class UnionsConfig(AppConfig):
    name = "unions"
    verbose_name = "工会"

    def ready(self) -> None:
        from accounts.api import register_role_source
        from unions.imports import register_all
        from unions.policies import implied_roles

        register_role_source(implied_roles)
        register_all()
