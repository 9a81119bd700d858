from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("courses/<str:slug>/", views.course_page, name="course"),
    path("courses/<str:slug>/start/", views.start, name="start"),
    path("learn/<uuid:lesson>/", views.lesson_page, name="lesson"),
    path("learn/<uuid:lesson>/kept/", views.kept_lesson, name="kept_lesson"),
    path("learn/<uuid:lesson>/captions/<uuid:part>.vtt", views.captions, name="captions"),
]
