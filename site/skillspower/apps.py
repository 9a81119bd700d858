from django.apps import AppConfig


class SkillspowerConfig(AppConfig):
    name = "skillspower"
    verbose_name = "技能强国"
