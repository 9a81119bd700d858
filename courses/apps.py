from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "课程"

    def ready(self) -> None:
        """Answer for lessons to the study record, and for taught courses to the teaching pool."""
        import courses.signal_handlers  # noqa: F401  # connects its receivers
        from core import inbox, kept
        from courses.instructor_section import taught_courses
        from courses.message_sources import waiting_reviews
        from courses.notice_links import course_links
        from courses.resolver import resolve
        from courses.standard_section import lessons_of_standard
        from instructors.api import register_section
        from occupations.api import register_teaching
        from records.api import register_lesson_resolver
        from unions.api import register_link_source

        register_lesson_resolver(resolve)
        register_section(taught_courses)
        register_teaching(lessons_of_standard)
        register_link_source(course_links)
        for name in ("LearningPath", "PathCourse", "PathPrerequisite"):
            kept.outdated_by(kept.CATALOGUE, self.get_model(name))
        inbox.register_source(waiting_reviews, rings=True)
