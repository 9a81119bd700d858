"""The CMS lists and changes users though their names are encrypted."""

import pytest

from accounts.models import User
from accounts.operations import grant_role
from tests.factories.people import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = User.objects.create_superuser("admin", "riveting-2026")
    client.force_login(user)
    return user


def test_users_are_listed_and_found_by_user_name_and_mail(client, admin):
    make_user("wangmin", email="wang@example.org", person=make_person(name="王敏", display_name="王师傅"))
    make_user("zhaoguoqing")
    page = client.get("/cms/users/").content.decode()
    assert "wangmin" in page
    assert "王师傅" in page
    assert "王敏" not in page
    for q in ("wang@", "wangm"):
        found = client.get("/cms/users/", {"q": q}).content.decode()
        assert "wangmin" in found
        assert "zhaoguoqing" not in found


def test_a_new_user_has_a_person_and_signs_in(client, admin):
    page = client.get("/cms/users/new/")
    assert page.status_code == 200
    assert 'name="first_name"' not in page.content.decode()
    answer = client.post(
        "/cms/users/new/", {"username": "wangmin", "password1": "riveting-2026", "password2": "riveting-2026"}
    )
    assert answer.status_code == 302
    user = User.objects.get(username="wangmin")
    assert user.person_id is not None
    assert user.check_password("riveting-2026")


def test_a_user_is_closed_in_the_cms_and_keeps_role_groups(client, admin):
    from django.utils import timezone

    user = make_user("wangmin")
    grant_role(user=user, role="lesson_editor", at=timezone.now())
    url = f"/cms/users/edit/{user.pk}/"
    page = client.get(url)
    assert page.status_code == 200
    assert "role:lesson_editor" in page.content.decode()
    group = user.groups.get()
    assert client.post(url, {"username": "wangmin", "groups": [group.pk]}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert not user.is_active
    assert user.groups.get() == group


def test_role_groups_are_not_handed_out_by_hand(client, admin):
    from django.utils import timezone

    grant_role(user=make_user(), role="lesson_editor", at=timezone.now())
    assert "role:lesson_editor" not in client.get("/cms/users/new/").content.decode()
