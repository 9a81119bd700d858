from django.urls import path

from skillspower.pages import about, look, patterns

urlpatterns = [
    path("look/", look.choose, name="look"),
    path("about/", about.show, {"page": "us"}, name="about"),
    path("about/study-hours/", about.show, {"page": "study-hours"}, name="about_study_hours"),
    path("about/accessibility/", about.show, {"page": "accessibility"}, name="about_accessibility"),
    path("_patterns/", patterns.index, name="patterns"),
    path("_patterns/states/", patterns.all_states, name="pattern_states"),
    path("_patterns/pages/<slug:name>/", patterns.page, name="pattern_page"),
]
