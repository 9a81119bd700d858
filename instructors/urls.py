from django.urls import path

from instructors import views

app_name = "instructors"
urlpatterns = [
    path("instructors/", views.instructor_list, name="list"),
    path("instructors/<slug:slug>/", views.instructor_page, name="page"),
]
