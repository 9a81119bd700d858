from django.urls import path

from skillspower.me import views

app_name = "me"
urlpatterns = [
    path("me/", views.index, name="index"),
    path("me/name/", views.name, name="name"),
    path("me/trade/", views.trade, name="trade"),
]
