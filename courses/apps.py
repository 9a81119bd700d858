from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "课程"

    def ready(self) -> None:
        """Answer for lessons to the study record, and for taught courses to the teaching pool."""
        from courses.instructor_section import taught_courses
        from instructors.api import register_section

        register_section(taught_courses)
