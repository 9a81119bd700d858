"""The two roles, and the tests' own ground."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from core.db import LONGEST_LOOK_S, fair_turn
from core.models import AuditRow
from core.ownership import has_own_owner


@pytest.mark.services
def test_run_time_role_owns_no_table(db: None) -> None:
    assert has_own_owner()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.services
def test_run_time_role_may_not_truncate_an_ordinary_table(db: None) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE core_message")


@pytest.mark.services
def test_run_time_role_has_no_right_to_change_an_append_only_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(p, ',' ORDER BY p) FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) p "
            "WHERE has_table_privilege('core_auditrow', p)"
        )
        assert cursor.fetchone() == ("INSERT,SELECT",)


class TestTurnsOfALoop:
    """``fair_turn``, with a clock that the test moves."""

    @pytest.fixture
    def rests(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        seconds: list[float] = []
        self.now = 0.0
        clock = SimpleNamespace(sleep=seconds.append, monotonic=lambda: self.now)
        monkeypatch.setattr("core.db.time", clock)
        return seconds

    @pytest.mark.embedded
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(("took", "rest"), [(0.02, 0.02), (7.0, LONGEST_LOOK_S)])
    def test_leave_the_lock_of_sqlite_as_long_as_they_had_it_but_briefly(
        self, rests: list[float], took: float, rest: float
    ) -> None:
        with fair_turn():
            self.now += took

        assert rests == [rest]

    @pytest.mark.embedded
    def test_never_rest_while_they_hold_it(self, db: None, rests: list[float]) -> None:
        with transaction.atomic(), fair_turn():
            self.now += 1

        assert rests == []

    @pytest.mark.services
    @pytest.mark.django_db(transaction=True)
    def test_follow_at_once_where_the_database_has_a_queue(self, rests: list[float]) -> None:
        with fair_turn():
            self.now += 1

        assert rests == []


class TestRenewalAfterATransactionalTest:
    """Two tests in either order: each finds the template's rows and none of the other's."""

    @pytest.mark.parametrize("turn", [1, 2])
    @pytest.mark.django_db(transaction=True)
    def test_committed_append_only_row_is_gone_in_the_next_test(self, turn: int) -> None:
        assert AuditRow.objects.count() == 0

        AuditRow.objects.create(stream="s", n=turn, at_ms=0, action="a", prev=b"", hash=b"")

        assert AuditRow.objects.count() == 1

    @pytest.mark.parametrize("turn", [1, 2])
    @pytest.mark.django_db(transaction=True)
    def test_rows_of_migrations_are_there(self, turn: int) -> None:
        from wagtail.models import Page

        assert Page.objects.filter(depth=1).count() == 1
