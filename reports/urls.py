from django.urls import path

from core import rest
from reports import http, views

rest.api.add_router("/unions", http.router)

app_name = "reports"
urlpatterns = [
    path("unions/mine/", views.mine, name="mine"),
    path("unions/<uuid:union>/study/", views.study, name="study"),
    path("unions/<uuid:union>/study.csv", views.study_csv, name="study_csv"),
    path("unions/<uuid:union>/study/closing/", views.confirm_closing, name="confirm_closing"),
    path("unions/<uuid:union>/filters/", views.filters, name="filters"),
    path("unions/<uuid:union>/learners/", views.learners, name="learners"),
    path("unions/<uuid:union>/learners/<uuid:person>/", views.learner, name="learner"),
]
