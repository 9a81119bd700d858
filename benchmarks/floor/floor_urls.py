"""
The least that a durable beat could cost: same middleware, same sign-in, same parsing, then one UPDATE of the learner's row
on the bare connection, committed, and a fixed answer. What the product needs above this is its own doing.
"""

from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from accounts.rest import person_of, signed_in_with
from core import rest
from records.http.limits import check_rate, check_size
from records.http.schemas import BeatsIn

router = Router(auth=[check_size, *signed_in_with("study")])


@router.post("/{uuid:session}/beats")
def beats(request: HttpRequest, session: UUID, payload: BeatsIn) -> HttpResponse:
    learner = person_of(request)
    check_rate(learner)
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        bare = connection.connection
        bare.execute(
            "UPDATE records_studystate SET updated_at = updated_at + 1 WHERE learner = %s", [learner]
        )
    else:
        bare = connection.connection
        bare.execute(
            "UPDATE records_studystate SET updated_at = updated_at + 1 WHERE learner = ?", [learner.hex]
        )
    return JsonResponse({"credited_seconds": 0, "pending_seconds": 0, "refused": [], "presence": None})


rest.api.add_router("/floor", router)

# The product's addresses are put together after the floor has joined them.
from skillspower.urls import handler400, handler403, handler404, handler500, urlpatterns  # noqa: E402

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
