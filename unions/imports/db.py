"""
A roll in statements: lines in, judged against everybody known, done and taken back some ten thousand at a time.

One line at a time, a million members take an hour; so do a million statements whose plans are each good.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.db import is_postgres, sql_value
from unions.models import RollLine

COLUMNS = (
    "run_id", "line", "action", "outcome", "errors", "raw", "name", "name_index", "phone", "phone_index",
    "identity_number", "identity_index", "display_name", "gender", "born_on", "occupation_code", "level_rank",
    "is_migrant_worker", "is_new_employment", "unit_id", "since", "moved_on", "target",
)  # fmt: skip
_PERSONAL = (
    "name", "name_index", "phone", "phone_index", "identity_number", "identity_index", "gender", "born_on",
    "occupation_code", "level_rank", "is_migrant_worker", "is_new_employment",
)  # fmt: skip


def write_lines(rows: Sequence[Sequence[Any]]) -> None:
    """Insert lines, each by :data:`COLUMNS`: by COPY where there is one."""
    names = ", ".join(f'"{c}"' for c in COLUMNS)
    if not is_postgres():
        marks = ", ".join(["%s"] * len(COLUMNS))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO unions_rollline ({names}) VALUES ({marks})",
                [[sql_value(value) for value in row] for row in rows],
            )
        return
    copying = f"COPY unions_rollline ({names}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row(row)


def _text(value: str) -> str:
    return f"CAST({value} AS text)"


def _json(value: str) -> str:
    return f"CAST({value} AS jsonb)" if is_postgres() else value


def _reason(sentence: str) -> str:
    return json.dumps([str(sentence)], ensure_ascii=False)


def _run(sql: str, params: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [sql_value(p) for p in params])
        return int(cursor.rowcount)


@contextmanager
def _room() -> Iterator[None]:
    """Let the statements of one transaction sort and hash a million lines in memory; the collation of words is not needed."""
    with transaction.atomic():
        if is_postgres():
            _run("SET LOCAL work_mem = '128MB'")
        yield


def _binary(column: str) -> str:
    return f'{column} COLLATE "C"' if is_postgres() else column


NAMELESS = "phone_index IS NULL AND identity_index IS NULL"


def refuse_repeated(run: int, column: str, sentence: str, *, among: str = "1 = 1") -> int:
    """Refuse every line but the first of those (``among``, a condition) that are equal in a column."""
    with _room():
        return _run(
            f"UPDATE unions_rollline SET action = 'refused', errors = {_json('%s')} FROM ("
            f"SELECT id, row_number() OVER (PARTITION BY {_binary(column)} ORDER BY line) AS place FROM unions_rollline "
            f"WHERE run_id = %s AND action <> 'refused' AND {column} IS NOT NULL AND {among}) again "
            "WHERE again.id = unions_rollline.id AND again.place > 1",
            [_reason(sentence), run],
        )


def refuse_same_person(run: int, sentence: str) -> int:
    """Refuse every line but the first of those that mean the same person: by one number here, by the other there."""
    with _room():
        return _run(
            f"UPDATE unions_rollline SET action = 'refused', errors = {_json('%s')} FROM ("
            "SELECT id, row_number() OVER (PARTITION BY person_id ORDER BY line) AS place FROM unions_rollline "
            "WHERE run_id = %s AND action <> 'refused' AND person_id IS NOT NULL) again "
            "WHERE again.id = unions_rollline.id AND again.place > 1",
            [_reason(sentence), run],
        )


def judge(run: int, *, root: str, movable: Sequence[str], today: date, sentences: dict[str, str]) -> None:
    """
    Find the person of each line that is still ``new`` and say what happens to it: by identity number, else by phone
    number, else, for a line without numbers, by a name that is one among the members below ``root`` (a path). Somebody of
    a union outside ``root`` moves only from below one of ``movable``.

    ``sentences``: why not, by ``two``, ``name``, ``many``, ``elsewhere``, ``owner`` and ``early``.
    """
    inside = " OR ".join(["u.path LIKE %s"] * (1 + len(movable)))
    with _room():
        nameless = (
            "SELECT name_index FROM unions_rollline WHERE run_id = %s AND action = 'new' AND phone_index IS NULL "
            "AND identity_index IS NULL"
        )
        named = (
            "SELECT p.name_index, MIN(p.id) AS id, COUNT(*) AS n FROM accounts_person p "
            "JOIN unions_membership m ON m.member_id = p.id AND m.active_from <= %s "
            "AND (m.active_to IS NULL OR m.active_to > %s) JOIN unions_union u ON u.id = m.union_id "
            f"WHERE u.path LIKE %s AND p.name_index IN ({nameless}) GROUP BY p.name_index"
        )
        known = (
            "SELECT l.id, COALESCE(pi.id, pp.id, pn.id) AS person, "
            "CASE WHEN pi.id <> pp.id THEN 'two' "
            "WHEN pi.id IS NULL AND pp.name_index <> l.name_index THEN 'name' "
            "WHEN pn.n > 1 THEN 'many' ELSE '' END AS reason "
            "FROM unions_rollline l "
            "LEFT JOIN accounts_person pi ON pi.identity_index = l.identity_index "
            "LEFT JOIN accounts_person pp ON pp.phone_index = l.phone_index "
            "LEFT JOIN named pn ON l.identity_index IS NULL AND l.phone_index IS NULL AND pn.name_index = l.name_index "
            "WHERE l.run_id = %s AND l.action = 'new' "
            "AND (pi.id IS NOT NULL OR pp.id IS NOT NULL OR pn.id IS NOT NULL)"
        )
        differs = (
            "COALESCE(p.name_index, '') <> l.name_index "
            "OR COALESCE(p.phone_index, '') <> COALESCE(l.phone_index, p.phone_index, '') "
            "OR COALESCE(p.identity_index, '') <> COALESCE(l.identity_index, p.identity_index, '') "
            "OR (l.gender <> '' AND p.gender <> l.gender) "
            "OR (l.born_on IS NOT NULL AND (p.born_on IS NULL OR p.born_on <> l.born_on)) "
            "OR (l.occupation_code <> '' AND p.occupation_code <> l.occupation_code) "
            "OR (l.level_rank IS NOT NULL AND COALESCE(p.level_rank, 0) <> l.level_rank) "
            "OR COALESCE(l.is_migrant_worker, p.is_migrant_worker) <> p.is_migrant_worker "
            "OR COALESCE(l.is_new_employment, p.is_new_employment) <> p.is_new_employment"
        )
        owns = (
            "l.phone_index IS NOT NULL AND COALESCE(p.phone_index, '') <> l.phone_index AND EXISTS ("
            "SELECT 1 FROM accounts_user o WHERE o.person_id = p.id AND o.phone_verified_at IS NOT NULL)"
        )
        judged = (
            "SELECT k.id, k.person, p.uuid AS target, m.id AS membership, "
            "CASE WHEN k.reason <> '' THEN k.reason "
            f"WHEN m.id IS NOT NULL AND m.union_id <> l.unit_id AND NOT ({inside}) THEN 'elsewhere' "
            f"WHEN {owns} THEN 'owner' "
            "WHEN m.union_id <> l.unit_id AND COALESCE(l.moved_on, %s) < m.active_from THEN 'early' "
            "WHEN m.id IS NULL THEN 'new' WHEN m.union_id <> l.unit_id THEN 'moved' "
            f"WHEN {differs} THEN 'changed' ELSE 'unchanged' END AS fate "
            "FROM known k JOIN unions_rollline l ON l.id = k.id JOIN accounts_person p ON p.id = k.person "
            "LEFT JOIN unions_membership m ON m.member_id = p.id AND m.active_from <= %s "
            "AND (m.active_to IS NULL OR m.active_to > %s) LEFT JOIN unions_union u ON u.id = m.union_id"
        )
        why = " ".join(f"WHEN '{key}' THEN {_text('%s')}" for key in sentences)
        reasons = _json(f"CASE j.fate {why} ELSE '[]' END")
        day = today if is_postgres() else sql_value(today)
        _run(
            f"WITH named AS ({named}), known AS ({known}), judged AS ({judged}) "
            "UPDATE unions_rollline SET person_id = j.person, target = j.target, membership_id = j.membership, "
            "action = CASE WHEN j.fate IN ('new', 'moved', 'changed', 'unchanged') THEN j.fate ELSE 'refused' END, "
            f"errors = {reasons} "
            "FROM judged j WHERE j.id = unions_rollline.id",
            [
                day, day, f"{root}%", run, run, *(f"{path}%" for path in (root, *movable)), day, day, day,
                *(_reason(s) for s in sentences.values()),
            ],
        )  # fmt: skip


def next_batch(run: int, *, after: int, outcome: str, size: int) -> int | None:
    """Return the last line of the next ``size`` that have this outcome and something to do; None: there are none."""
    wanted = RollLine.objects.filter(run=run, outcome=outcome, line__gt=after)
    if not outcome:
        wanted = wanted.filter(action__in=["new", "moved", "changed"])
    lines = list(wanted.order_by("line").values_list("line", flat=True)[:size])
    return lines[-1] if lines else None


class Batch:
    """The lines of a run from one to another that wait (``outcome`` empty) or were done. Use it inside a transaction."""

    def __init__(self, run: int, first: int, last: int, *, today: date) -> None:
        self.today = today
        self._range = [run, first, last]

    def _where(self, outcome: str = "", alias: str = "l") -> str:
        return (
            f"{alias}.run_id = %s AND {alias}.line BETWEEN %s AND %s AND {alias}.outcome = '{outcome}' "
            f"AND {alias}.action IN ('new', 'moved', 'changed')"
        )

    def _mark(self, outcome: str, to: str, condition: str, sentence: str, params: Sequence[Any] = ()) -> int:
        """Set the outcome of lines that meet a condition (of ``l``), with its reason."""
        return _run(
            f"UPDATE unions_rollline SET outcome = '{to}', errors = {_json('%s')} WHERE id IN ("
            f"SELECT l.id FROM unions_rollline l WHERE {self._where(outcome)} AND ({condition}))",
            [_reason(sentence), *self._range, *params],
        )

    # Doing

    def fail_taken(self, sentence: str) -> int:
        """Fail lines one of whose numbers somebody else has got since they were judged."""
        return self._mark(
            "",
            "failed",
            "EXISTS (SELECT 1 FROM accounts_person p WHERE p.phone_index = l.phone_index "
            "AND p.id <> COALESCE(l.person_id, -1)) OR EXISTS (SELECT 1 FROM accounts_person p "
            "WHERE p.identity_index = l.identity_index AND p.id <> COALESCE(l.person_id, -1)) "
            "OR (l.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_person p WHERE p.id = l.person_id))",
            sentence,
        )

    def fail_elsewhere(self, sentence: str) -> int:
        """Fail lines whose person's membership is no longer what it was when they were judged."""
        return self._mark(
            "",
            "failed",
            "l.person_id IS NOT NULL AND (EXISTS (SELECT 1 FROM unions_membership m WHERE m.member_id = l.person_id "
            "AND (m.active_to IS NULL OR m.active_to > %s) AND m.id <> COALESCE(l.membership_id, -1)) "
            "OR (l.membership_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM unions_membership m "
            "WHERE m.id = l.membership_id AND (m.active_to IS NULL OR m.active_to > %s))))",
            sentence,
            [self.today, self.today],
        )

    def known_persons(self) -> list[tuple[int, UUID, str, date | None]]:
        """Return (line's id, person's uuid, action, first day given) of lines whose known person gets a new membership."""
        rows = RollLine.objects.filter(
            run=self._range[0],
            line__range=self._range[1:],
            outcome="",
            action__in=["new", "moved"],
            person_id__isnull=False,
        )
        return [
            (pk, target, action, moved_on or self.today if action == "moved" else since)
            for pk, target, action, since, moved_on in rows.values_list(
                "pk", "target", "action", "since", "moved_on"
            )
            if target
        ]

    def make_persons(self, now: Any) -> int:
        """Insert the persons nobody knew."""
        given = [c for c in _PERSONAL if not c.startswith("is_")]
        flags = [c for c in _PERSONAL if c.startswith("is_")]
        false = "false" if is_postgres() else "0"
        return _run(
            f"INSERT INTO accounts_person (uuid, display_name, {', '.join(given)}, {', '.join(flags)}, created_at) "
            f"SELECT l.target, l.display_name, {', '.join(f'l.{c}' for c in given)}, "
            f"{', '.join(f'COALESCE(l.{c}, {false})' for c in flags)}, {_instant('%s')} "
            f"FROM unions_rollline l WHERE {self._where()} AND l.person_id IS NULL ORDER BY l.line",
            [now, *self._range],
        )

    def keep_prior(self) -> None:
        """Keep what stands in the rows of known persons."""
        names = ", ".join(_PERSONAL)
        _run(
            f"INSERT INTO unions_rollprior (line_id, {names}) SELECT l.id, {', '.join(f'p.{c}' for c in _PERSONAL)} "
            f"FROM unions_rollline l JOIN accounts_person p ON p.id = l.person_id WHERE {self._where()}",
            self._range,
        )

    def change_persons(self) -> int:
        """Write into known persons what the table says; an empty cell says nothing."""
        values = []
        for column in _PERSONAL:
            if column in {"phone", "phone_index", "identity_number", "identity_index"}:
                index = "phone_index" if column.startswith("phone") else "identity_index"
                values.append(
                    f"{column} = CASE WHEN l.{index} IS NULL THEN accounts_person.{column} ELSE l.{column} END"
                )
            elif column in {"gender", "occupation_code"}:
                values.append(f"{column} = COALESCE(NULLIF(l.{column}, ''), accounts_person.{column})")
            else:
                values.append(f"{column} = COALESCE(l.{column}, accounts_person.{column})")
        return _run(
            f"UPDATE accounts_person SET {', '.join(values)} FROM unions_rollline l "
            f"WHERE accounts_person.id = l.person_id AND {self._where()}",
            self._range,
        )

    def end_memberships(self) -> None:
        """End the memberships of those who move: on the day before the new one, or altogether where none held a day."""
        moves = f"{self._where()} AND l.action = 'moved'"
        _run(
            "UPDATE unions_rollline SET ended_union_id = m.union_id, "
            "ended_from = CASE WHEN m.active_from >= unions_rollline.moved_on THEN m.active_from ELSE NULL END "
            "FROM unions_membership m WHERE m.id = unions_rollline.membership_id AND unions_rollline.id IN ("
            f"SELECT l.id FROM unions_rollline l WHERE {moves})",
            self._range,
        )
        _run(
            "DELETE FROM unions_membership WHERE id IN (SELECT l.membership_id FROM unions_rollline l "
            f"WHERE {moves} AND l.ended_from IS NOT NULL)",
            self._range,
        )
        _run(
            "UPDATE unions_membership SET active_to = l.moved_on FROM unions_rollline l "
            f"WHERE unions_membership.id = l.membership_id AND {moves} AND l.ended_from IS NULL",
            self._range,
        )

    def set_days(self, earliest: dict[int, date]) -> None:
        """
        Fix the first day of each new membership: the given one (today for a move without one), not before the end of
        the last membership, nor before ``earliest`` (by line id) that the ledger allows.
        """
        _run(
            f"UPDATE unions_rollline SET moved_on = {_day('%s')} WHERE id IN ("
            f"SELECT l.id FROM unions_rollline l WHERE {self._where()} AND l.action = 'moved' AND l.moved_on IS NULL)",
            [self.today, *self._range],
        )
        _run(
            "UPDATE unions_rollline SET since = ended.last FROM (SELECT l.id, MAX(m.active_to) AS last "
            "FROM unions_rollline l JOIN unions_membership m ON m.member_id = l.person_id "
            f"WHERE {self._where()} AND l.action = 'new' GROUP BY l.id) ended "
            "WHERE ended.id = unions_rollline.id AND ended.last > unions_rollline.since",
            self._range,
        )
        for line, day in earliest.items():
            RollLine.objects.filter(pk=line, action="new", since__lt=day).update(since=day)

    def make_memberships(self, now: Any) -> int:
        return _run(
            "INSERT INTO unions_membership (member_id, union_id, active_from, source, created_at) "
            "SELECT p.id, l.unit_id, CASE WHEN l.action = 'moved' THEN l.moved_on ELSE l.since END, 'import', "
            f"{_instant('%s')} FROM unions_rollline l JOIN accounts_person p ON p.uuid = l.target "
            f"WHERE {self._where()} AND l.action IN ('new', 'moved') ORDER BY l.line",
            [now, *self._range],
        )

    def done(self) -> None:
        """Write the outcomes down, with the memberships that were made."""
        _run(
            "UPDATE unions_rollline SET outcome = 'done', made_id = m.id "
            "FROM accounts_person p JOIN unions_membership m ON m.member_id = p.id AND m.active_to IS NULL "
            "WHERE p.uuid = unions_rollline.target AND m.union_id = unions_rollline.unit_id "
            f"AND unions_rollline.action IN ('new', 'moved') AND {self._where(alias='unions_rollline')}",
            self._range,
        )
        _run(
            f"UPDATE unions_rollline SET outcome = 'done' WHERE action = 'changed' AND {self._where(alias='unions_rollline')}",
            self._range,
        )

    # Taking back

    def keep_built_on(self, sentences: dict[str, str], relations: Iterable[tuple[str, str]]) -> None:
        """
        Keep what somebody has built on: ``moved`` (the membership changed), ``registered`` (a new person has signed in),
        ``used`` (one of ``relations``, table and column that name persons, has a row), ``changed`` (the person's row is no
        longer what the line made it).
        """
        is_new = "NOT EXISTS (SELECT 1 FROM unions_rollprior r WHERE r.line_id = l.id)"
        self._mark(
            "done",
            "kept",
            "l.action IN ('new', 'moved') AND NOT EXISTS (SELECT 1 FROM unions_membership m "
            "WHERE m.id = l.made_id AND m.active_to IS NULL)",
            sentences["moved"],
        )
        of_person = "EXISTS (SELECT 1 FROM accounts_person p WHERE p.uuid = l.target AND"
        self._mark(
            "done", "kept", f"{is_new} AND {of_person} p.registered_at IS NOT NULL)", sentences["registered"]
        )
        for table, column in relations:
            own = " AND x.id <> l.made_id" if table == "unions_membership" else ""
            self._mark(
                "done",
                "kept",
                f"{is_new} AND EXISTS (SELECT 1 FROM accounts_person p JOIN {table} x ON x.{column} = p.id{own} "
                "WHERE p.uuid = l.target)",
                sentences["used"],
            )
        differs = (
            "COALESCE(p.name_index, '') <> l.name_index "
            "OR COALESCE(p.phone_index, '') <> COALESCE(l.phone_index, p.phone_index, '') "
            "OR COALESCE(p.identity_index, '') <> COALESCE(l.identity_index, p.identity_index, '') "
            "OR COALESCE(NULLIF(l.gender, ''), p.gender) <> p.gender "
            "OR COALESCE(NULLIF(l.occupation_code, ''), p.occupation_code) <> p.occupation_code "
            "OR (l.born_on IS NOT NULL AND (p.born_on IS NULL OR p.born_on <> l.born_on)) "
            "OR (l.level_rank IS NOT NULL AND COALESCE(p.level_rank, 0) <> l.level_rank) "
            "OR COALESCE(l.is_migrant_worker, p.is_migrant_worker) <> p.is_migrant_worker "
            "OR COALESCE(l.is_new_employment, p.is_new_employment) <> p.is_new_employment"
        )
        self._mark("done", "kept", f"{of_person} ({differs}))", sentences["changed"])

    def settle(self, ids: Sequence[int], outcome: str, sentence: str) -> None:
        """Set the outcome of these lines, with its reason."""
        for start in range(0, len(ids), 500):
            part = RollLine.objects.filter(pk__in=ids[start : start + 500])
            part.update(outcome=outcome, errors=[str(sentence)])

    def done_persons(self) -> list[tuple[int, UUID, date]]:
        """Return (line's id, person's uuid, first day of the membership) of lines that made one and may go."""
        rows = RollLine.objects.filter(
            run=self._range[0], line__range=self._range[1:], outcome="done", made_id__isnull=False
        )
        return [
            (pk, target, (moved_on if action == "moved" else since) or self.today)
            for pk, target, action, since, moved_on in rows.values_list(
                "pk", "target", "action", "since", "moved_on"
            )
            if target
        ]

    def take_back(self) -> None:
        """Take back what is left: memberships, persons that were made, and what stood in others' rows."""
        where = self._where("done")
        _run(
            f"DELETE FROM unions_membership WHERE id IN (SELECT l.made_id FROM unions_rollline l WHERE {where})",
            self._range,
        )
        _run(
            "UPDATE unions_membership SET active_to = NULL FROM unions_rollline l "
            f"WHERE unions_membership.id = l.membership_id AND {where} AND l.action = 'moved' AND l.ended_from IS NULL",
            self._range,
        )
        _run(
            "INSERT INTO unions_membership (member_id, union_id, active_from, source, created_at) "
            f"SELECT l.person_id, l.ended_union_id, l.ended_from, 'import', {_now()} FROM unions_rollline l "
            f"WHERE {where} AND l.ended_from IS NOT NULL",
            self._range,
        )
        values = ", ".join(f"{c} = r.{c}" for c in _PERSONAL)
        _run(
            f"UPDATE accounts_person SET {values} FROM unions_rollline l JOIN unions_rollprior r ON r.line_id = l.id "
            f"WHERE accounts_person.id = l.person_id AND {where}",
            self._range,
        )
        _run(
            "DELETE FROM accounts_person WHERE uuid IN (SELECT l.target FROM unions_rollline l "
            f"WHERE {where} AND NOT EXISTS (SELECT 1 FROM unions_rollprior r WHERE r.line_id = l.id))",
            self._range,
        )
        _run(
            f"UPDATE unions_rollline SET outcome = 'undone' WHERE {self._where('done', 'unions_rollline')}",
            self._range,
        )


def _day(mark: str) -> str:
    return f"CAST({mark} AS date)" if is_postgres() else mark


def _instant(mark: str) -> str:
    return f"CAST({mark} AS timestamptz)" if is_postgres() else mark


def _now() -> str:
    return "now()" if is_postgres() else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
