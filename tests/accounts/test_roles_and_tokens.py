from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.api import RoleConflict, find_user, grant_role, issue_token, revoke_role, revoke_token, token_of
from accounts.models import ApiToken, Person, RoleGrant, User
from core.models import AuditRow

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def user():
    person = Person.objects.create(name="李海生", phone="13800138000")
    return User.objects.create_user("lihaisheng", "x", person=person, email="li@example.org")


@pytest.mark.parametrize("login", ["lihaisheng", "LI@example.org", "138 0013 8000", "+8613800138000"])
def test_a_user_is_found_by_name_address_or_phone(user, login):
    assert find_user(login) == user


def test_a_role_brings_its_group_and_goes_with_it(user):
    grant_role(user=user, role="instructor", at=NOW)
    assert user.has_any_role("instructor")
    assert user.groups.filter(name="role:instructor").exists()

    revoke_role(user=user, role="instructor", at=NOW + timedelta(days=1))

    assert not user.groups.exists()
    assert list(AuditRow.objects.order_by("n").values_list("action", flat=True)) == [
        "role.grant",
        "role.revoke",
    ]


def test_granting_twice_is_granting_once(user):
    assert grant_role(user=user, role="instructor", at=NOW) == grant_role(
        user=user, role="instructor", at=NOW
    )


def test_nobody_holds_two_of_the_three_administrators_roles(user):
    grant_role(user=user, role="system_admin", at=NOW)

    with pytest.raises(RoleConflict):
        grant_role(user=user, role="audit_admin", at=NOW)


@pytest.mark.parametrize("role", ["worker", "officer", "king"])
def test_roles_that_follow_from_facts_are_not_granted(user, role):
    with pytest.raises(ValueError, match="not granted"):
        grant_role(user=user, role=role, at=NOW)


def test_the_database_refuses_a_grant_of_officer(user):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="officer")


class TestToken:
    def test_its_secret_is_not_kept_but_finds_it(self, user, django_assert_num_queries):
        secret = issue_token(user=user, scopes=["study", "read"])

        with django_assert_num_queries(1):
            token = token_of(secret, at=NOW)
            assert token.user.person.uuid == user.person.uuid
        assert token.scopes == ["read", "study"]
        assert secret not in str(ApiToken.objects.values().get())

    def test_ends_when_revoked_expired_or_its_user_is_closed(self, user):
        secret = issue_token(user=user, scopes=["read"], expires_at=NOW)
        assert token_of(secret, at=NOW) is None

        other = issue_token(user=user, scopes=["read"])
        revoke_token(token=token_of(other, at=NOW), at=NOW)
        assert token_of(other, at=NOW) is None

        third = issue_token(user=user, scopes=["read"])
        User.objects.update(is_active=False)
        assert token_of(third, at=NOW) is None

    def test_needs_a_known_scope(self, user):
        with pytest.raises(ValueError, match="scopes are"):
            issue_token(user=user, scopes=["everything"])

    def test_command_prints_it_alone(self, user):
        out = StringIO()
        call_command("issue_token", "lihaisheng", "--scope", "study", "--scope", "read", stdout=out)

        assert token_of(out.getvalue().strip(), at=NOW).scopes == ["read", "study"]

    def test_command_says_who_is_missing(self):
        with pytest.raises(CommandError, match="没有这个账号"):
            call_command("issue_token", "niemand", "--scope", "read")
