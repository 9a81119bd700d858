from django.urls import path

from media import views

app_name = "media"
urlpatterns = [
    path("files/v/<str:ticket>/<path:path>", views.video_file, name="file"),
    path("files/images/<str:name>", views.picture, name="picture"),
]
