from django.urls import path

from core import rest
from records import views
from records.corrections import desk_views, own_views
from records.http import licences, objections, own, study
from records.inspection import views as inspection
from records.policies import desk_views as policy_views
from records.recounts import desk_views as recount_views
from records.transcripts import views as transcripts

rest.api.add_router("/study", study.router)
rest.api.add_router("/study", licences.router)
rest.api.add_router("/me", own.router)
rest.api.add_router("/me", objections.router)

app_name = "records"
urlpatterns = [
    path("records/", views.own, name="own"),
    path("records/refused/<int:span>/objection/", own_views.object_to, name="object"),
    path("records/objections/<uuid:objection>/", own_views.objection, name="objection"),
    path("records/evidence/<uuid:file>/", own_views.evidence, name="evidence"),
    path("records/transcripts/", transcripts.transcripts, name="transcripts"),
    path("records/transcripts/<uuid:transcript>/", transcripts.transcript, name="transcript"),
    path(
        "records/transcripts/<uuid:transcript>/code.svg", transcripts.transcript_code, name="transcript_code"
    ),
    path("records/transcripts/<uuid:transcript>/pdf/", transcripts.transcript_pdf, name="transcript_pdf"),
    path("records/transcripts/<uuid:transcript>/json/", transcripts.transcript_json, name="transcript_json"),
    path("records/transcripts/<uuid:transcript>/revoke/", transcripts.revoke, name="revoke_transcript"),
    path("inspection/", inspection.ask, name="inspection"),
    path("inspection/<uuid:person>/<str:day>/", inspection.evidence_of_day, name="evidence_of_day"),
    path(
        "inspection/<uuid:person>/<str:day>/evidence.zip",
        inspection.evidence_archive,
        name="evidence_archive",
    ),
    path("verify/<str:code>/", transcripts.verify, name="verify"),
    path("unions/<uuid:union>/objections/", desk_views.objections, name="desk_objections"),
    path("unions/<uuid:union>/objections/<uuid:objection>/", desk_views.objection, name="desk_objection"),
    path(
        "unions/<uuid:union>/objections/<uuid:objection>/answer/",
        desk_views.answer,
        name="answer_objection",
    ),
    path("unions/<uuid:union>/corrections/", desk_views.corrections, name="desk_corrections"),
    path(
        "unions/<uuid:union>/corrections/<uuid:correction>/",
        desk_views.correction,
        name="desk_correction",
    ),
    path(
        "unions/<uuid:union>/corrections/<uuid:correction>/decide/",
        desk_views.decide,
        name="decide_correction",
    ),
    path(
        "unions/<uuid:union>/learners/<uuid:person>/entries/<int:entry>/reversal/",
        desk_views.reverse_entry,
        name="reverse_entry",
    ),
    path("unions/<uuid:union>/learners/<uuid:person>/grant/", desk_views.grant, name="grant"),
    path("unions/<uuid:union>/policy/", policy_views.policy, name="policy"),
    path("unions/<uuid:union>/policy/new/", policy_views.new_policy, name="new_policy"),
    path(
        "unions/<uuid:union>/policy/previews/<uuid:job>/", policy_views.policy_preview, name="policy_preview"
    ),
    path("unions/<uuid:union>/policy/<int:version>/recount/", recount_views.new_recount, name="new_recount"),
    path("unions/<uuid:union>/recounts/<uuid:recount>/", recount_views.recount, name="recount"),
    path("unions/<uuid:union>/recounts/<uuid:recount>/decide/", recount_views.decide, name="decide_recount"),
]
