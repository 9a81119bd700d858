from django.urls import path

from core import rest
from records import views
from records.http import own, study

rest.api.add_router("/study", study.router)
rest.api.add_router("/me", own.router)

app_name = "records"
urlpatterns = [path("records/", views.own, name="own")]
