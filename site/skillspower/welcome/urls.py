from django.urls import path

from skillspower.welcome import views

app_name = "welcome"
urlpatterns = [
    path("welcome/", views.start, name="start"),
    path("welcome/roll/", views.roll, name="roll"),
    path("welcome/trade/", views.trade_next, name="trade"),
    path("welcome/done/", views.done, name="done"),
]
