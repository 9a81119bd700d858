from core import rest
from records.http import own, study

rest.api.add_router("/study", study.router)
rest.api.add_router("/me", own.router)

app_name = "records"
urlpatterns: list = []
