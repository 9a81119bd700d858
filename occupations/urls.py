from django.urls import path

from occupations import views

app_name = "occupations"
urlpatterns = [
    path("standards/", views.standards, name="standards"),
    path("standards/<str:code>/", views.standard, name="standard"),
    path("standards/<str:code>/standard.xlsx", views.download, name="standard_file"),
]
