from django.urls import path

from skillspower.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/", views.tour, name="tour"),
    path("demo/as/<slug:role>/", views.enter_as, name="enter"),
]
