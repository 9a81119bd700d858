from django.urls import path

from unions.views import imports, joining, notices, officer, tree

app_name = "unions"
urlpatterns = [
    path("join/<str:code>/", joining.join_by_code, name="join_by_code"),
    path("unions/join/", joining.search, name="search"),
    path("unions/code/", joining.enter_code, name="enter_code"),
    path("unions/waiting/", joining.waiting, name="waiting"),
    path("unions/withdraw/", joining.withdraw, name="withdraw"),
    path("unions/<uuid:union>/", joining.card, name="card"),
    path("unions/<uuid:union>/join/", joining.request_to_join, name="request"),
    path("unions/<uuid:union>/requests/", officer.inbox, name="inbox"),
    path("unions/<uuid:union>/requests/<uuid:join_request>/", officer.one_request, name="one_request"),
    path("unions/<uuid:union>/requests/<uuid:join_request>/answer/", officer.answer, name="answer"),
    path("unions/<uuid:union>/requests/<uuid:join_request>/name/", officer.reveal, name="reveal"),
    path("unions/<uuid:union>/units/", tree.units, name="tree"),
    path("unions/<uuid:union>/units/<slug:act>/", tree.change, name="change_tree"),
    path("unions/<uuid:union>/invitation/", officer.invitation, name="invitation"),
    path("unions/<uuid:union>/invitation/code.svg", officer.invitation_picture, name="invitation_picture"),
    path("unions/<uuid:union>/invitation/renew/", officer.renew, name="renew"),
    path("unions/<uuid:union>/notices/", notices.board, name="notices"),
    path("unions/<uuid:union>/notices/new/", notices.write, name="write_notice"),
    path("unions/<uuid:union>/notices/<uuid:notice>/withdraw/", notices.withdraw, name="withdraw_notice"),
    path("notices/<uuid:notice>/", notices.show, name="notice"),
    path("unions/<uuid:union>/import/<slug:what>/", imports.upload, name="import"),
    path("unions/<uuid:union>/import/<slug:what>/template.xlsx", imports.template, name="import_template"),
    path("unions/<uuid:union>/import/<slug:what>/<uuid:run>/", imports.show, name="import_run"),
    path("unions/<uuid:union>/import/<slug:what>/<uuid:run>/act/", imports.act, name="import_act"),
    path(
        "unions/<uuid:union>/import/<slug:what>/<uuid:run>/refused.csv", imports.errors, name="import_errors"
    ),
]
