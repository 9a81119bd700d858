from django.urls import path

from skillspower.pwa import views

app_name = "pwa"
urlpatterns = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.service_worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("offline/who/", views.who, name="who"),
    path("me/offline/", views.taken_along, name="taken_along"),
    path("install/", views.install, name="install"),
]
