from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "培训计划"

    def ready(self) -> None:
        """Let a programme's policy judge its lessons, too."""
        from courses.api import register_owner_keys
        from programmes.queries import owner_keys_today

        register_owner_keys(owner_keys_today)
