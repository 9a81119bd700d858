from django.urls import path

from courses import coverage_views, edition_views, path_views, views

app_name = "courses"
urlpatterns = [
    path("paths/", path_views.paths, name="paths"),
    path("paths/<str:code>/", path_views.path, name="path"),
    path("coverage/", coverage_views.coverage, name="coverage"),
    path("coverage/<slug:kind>/", coverage_views.coverage_file, name="coverage_file"),
    path("coverage/occupation/<str:code>/", coverage_views.occupation_coverage, name="occupation_coverage"),
    path(
        "coverage/occupation/<str:code>/<slug:kind>/", coverage_views.occupation_file, name="occupation_file"
    ),
    path("courses/<str:slug>/", views.course_page, name="course"),
    path("courses/<str:slug>/start/", views.start, name="start"),
    path("courses/<str:slug>/new-edition/", edition_views.new_edition, name="new_edition"),
    path("learn/<uuid:lesson>/", views.lesson_page, name="lesson"),
    path("learn/<uuid:lesson>/kept/", views.kept_lesson, name="kept_lesson"),
    path("learn/<uuid:lesson>/captions/<uuid:part>.vtt", views.captions, name="captions"),
]
