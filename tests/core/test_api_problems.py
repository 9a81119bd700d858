"""What the API's library would answer with a page of its own is a problem detail, too."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "delete", "patch", "get"])
def test_a_method_that_an_address_does_not_support_is_a_problem_that_names_those_it_does(client, method):
    answer = getattr(client, method)("/api/v1/study/sessions")
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#method_not_allowed")
    assert answer["Allow"] == "POST"
