from django.urls import path

from programmes.assignments import views

app_name = "programmes"
urlpatterns = [
    path("unions/<uuid:union>/assignments/", views.assignments, name="assignments"),
    path("unions/<uuid:union>/assignments/new/", views.assign, name="assign"),
    path("unions/<uuid:union>/assignments/<uuid:assignment>/", views.assignment, name="assignment"),
    path(
        "unions/<uuid:union>/assignments/<uuid:assignment>/progress.<slug:ending>",
        views.assignment_file,
        name="assignment_file",
    ),
    path(
        "unions/<uuid:union>/assignments/<uuid:assignment>/withdraw/",
        views.withdraw,
        name="withdraw_assignment",
    ),
]
