from django.urls import path

from core import rest
from instructors import http, views

app_name = "instructors"
urlpatterns = [
    path("instructors/", views.instructor_list, name="list"),
    path("instructors/<slug:slug>/", views.instructor_page, name="page"),
]

rest.api.add_router("/instructors", http.router)
