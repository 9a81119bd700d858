"""No drawn page asks a browser for what the content security policy refuses. bin/check-pages judges the rest."""

from collections.abc import Callable

import pytest

from skillspower.pages.patterns import PAGES
from tests.look.conftest import Visitor

pytestmark = [pytest.mark.once, pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ALL_PAGES = ["/_patterns/", "/_patterns/states/", *(f"/_patterns/pages/{name}/" for name in PAGES)]


def test_no_page_breaks_the_content_security_policy(visit: Callable[..., Visitor]):
    visitor = visit(1280, 900)
    for path in ALL_PAGES:
        visitor.open(path)
    # The drawn player asks for a lesson that is not there, as nobody: that is no breach of the policy.
    unanswered = ("api/v1", "status of 404", "status of 401")
    assert [c for c in visitor.complaints if not any(u in c for u in unanswered)] == []
