"""A NUL in an address or a body is a person's or a program's mistake, never ours: PostgreSQL stores none."""

import pytest
from pydantic import ValidationError

from records.http.schemas import AnswerIn, OpenIn
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db
LESSON = "0c7d8a52-9a8e-4a8f-8f4b-9d3c1d2e4f50"

ADDRESSES = [
    "/courses/%00/",
    "/join/%00/",
    "/instructors/a%00/",
    "/%00",
    "/files/images/%00.png",
    "/courses/?q=%00&occupation=%00&level=%00&instructor=%00",
    "/search/?q=%00",
    "/search/suggest/?q=%00",
    "/search/occupations/?q=%00",
    "/unions/join/?q=ab%00cd",
    "/unions/code/?code=%00",
    "/instructors/?q=%00&occupation=%00&trade=%00&honour=%00&union=%00",
    "/records/?q=%00&occupation=%00",
    "/me/trade/?q=%00&next=%00",
    "/api/v1/me/records?q=%00",
    "/api/v1/me/records?occupation=%00",
    "/accounts/phone/?next=%00",
    "/accounts/login/?next=%00",
    "/welcome/?next=/%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_nul_is_no_fault_of_ours(client, address):
    client.force_login(make_user())
    # On the services profile nobody has made an index here, and the catalogue says so with 503.
    assert client.get(address).status_code in {*range(200, 500), 503}


def test_a_query_is_read_as_if_the_nul_were_not_there(client):
    client.force_login(make_user())
    assert 'value="abcd"' in client.get("/unions/join/?q=ab%00cd").content.decode()


def test_a_body_with_a_nul_is_refused_at_its_field():
    with pytest.raises(ValidationError, match="device"):
        OpenIn(session=LESSON, lesson=LESSON, device="a\0")
    with pytest.raises(ValidationError, match="answer"):
        AnswerIn(id="x", answer="\0", shown=1, t=2)
