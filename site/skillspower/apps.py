from django.apps import AppConfig


class SkillspowerConfig(AppConfig):
    name = "skillspower"
    verbose_name = "技能强国"

    def ready(self) -> None:
        """Say what outdates the answers that are kept between requests."""
        from wagtail.images.models import Image

        from core.kept import CATALOGUE, TREE, outdated_by
        from courses.models import CourseEdition, CoursePage
        from instructors.models import HeldHonour, Honour, InstructorProfile, TaughtTrade
        from occupations.models import Occupation, SkillLevel
        from unions.models import Union

        outdated_by(CATALOGUE, CoursePage, CourseEdition, InstructorProfile, TaughtTrade, HeldHonour, Honour)
        outdated_by(CATALOGUE, Occupation, SkillLevel, Image)
        outdated_by(TREE, Union)
