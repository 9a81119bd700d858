from django.urls import path

from core import rest
from reports import http, views
from reports.returns import views as returns

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
    path("unions/<uuid:union>/returns/", returns.overview, name="returns"),
    path("unions/<uuid:union>/returns/<str:code>/", returns.show, name="return"),
    path("unions/<uuid:union>/returns/<str:code>/file.<str:ending>", returns.download, name="return_file"),
    path("unions/<uuid:union>/returns/<str:code>/submit/", returns.submit, name="return_submit"),
    path("unions/<uuid:union>/returns/<str:code>/answer/", returns.answer, name="return_answer"),
    path("unions/<uuid:union>/returns/<str:code>/chase/", returns.chase, name="return_chase"),
]
