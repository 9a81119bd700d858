from django.urls import path

from search import views

app_name = "search"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/occupations/", views.occupations, name="occupations"),
    path("courses/", views.catalogue, name="catalogue"),
]
