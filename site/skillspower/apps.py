from django.apps import AppConfig


class SkillspowerConfig(AppConfig):
    name = "skillspower"
    verbose_name = "技能强国"

    def ready(self) -> None:
        """Say what outdates the answers that are kept between requests, and what a learner has to do."""
        from wagtail.images.models import Image

        from core import inbox
        from core.kept import CATALOGUE, NOTICES, TREE, outdated_by
        from courses.models import CourseEdition, CoursePage
        from instructors.models import HeldHonour, Honour, InstructorProfile, TaughtTrade
        from occupations.models import Occupation, SkillLevel
        from skillspower.home.to_do import to_do
        from skillspower.watch import silent_parts, troubles
        from unions.models import Union

        outdated_by(CATALOGUE, CoursePage, CourseEdition, InstructorProfile, TaughtTrade, HeldHonour, Honour)
        outdated_by(CATALOGUE, Occupation, SkillLevel, Image)
        outdated_by(TREE, Union)
        outdated_by(NOTICES, Union)
        inbox.register_source(to_do, rings=False)
        inbox.register_source(troubles, rings=True)
        inbox.register_source(silent_parts, rings=False)
