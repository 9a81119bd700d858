from django.apps import AppConfig


class OccupationsConfig(AppConfig):
    name = "occupations"
    verbose_name = "职业"

    def ready(self) -> None:
        """Let standards be brought in from workbooks."""
        from occupations.imports import register_importers

        register_importers()
