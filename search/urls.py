from django.urls import path

from core import rest
from search import http, views

rest.api.add_router("", http.router)

app_name = "search"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/occupations/", views.occupations, name="occupations"),
    path("courses/", views.catalogue, name="catalogue"),
]
