from django.urls import path

from skillspower.pages import help, look, patterns

urlpatterns = [
    path("look/", look.choose, name="look"),
    path("help/<slug:name>/", help.show, name="help"),
    path("_patterns/", patterns.index, name="patterns"),
    path("_patterns/pages/<slug:name>/", patterns.page, name="pattern_page"),
]
