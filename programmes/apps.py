from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = "培训计划"

    def ready(self) -> None:
        """Let a programme's policy judge its lessons, too, and tell those whom it asks to study."""
        from core import inbox
        from core.kept import NOTICES, outdated_by
        from courses.api import register_owner_keys
        from programmes.message_sources import assigned
        from programmes.models import Programme, ProgrammeLesson
        from programmes.notice_links import programme_links
        from programmes.queries import owner_keys_today
        from unions.api import register_link_source

        register_owner_keys(owner_keys_today)
        register_link_source(programme_links)
        inbox.register_source(assigned, rings=True)
        outdated_by(NOTICES, Programme, ProgrammeLesson)
