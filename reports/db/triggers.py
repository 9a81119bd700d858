"""
Triggers that write a ``UnionMark`` when a membership, a place, a goal, a first sign-in or a merge of persons changes.

Memberships come by form, by officer, by import of a million rows, by correction: a figure must not depend on each of
those remembering to say so. The triggers see all of them, commit with the change, and only ever insert a mark. On
PostgreSQL they fire once per statement (a bulk import costs one INSERT … SELECT), on SQLite once per row.

They stand on tables of other apps, whose migrations may copy a table on SQLite and lose them, so they are made again
after every migrate (``apps.ReportsConfig``).
"""

from dataclasses import dataclass

from core.db import is_postgres, owner_cursor

EVER = "0001-01-01"


@dataclass(frozen=True)
class Watch:
    """
    What to mark when rows of a table change: SELECTs of (union, day, cause). In them ``{new}``, ``{old}`` and
    ``{both}`` stand for the rows after (``n``), before (``o``), and before beside after; the other names for what the
    two databases say differently.
    """

    table: str
    columns: tuple[str, ...]
    """What the SELECTs read; an update of other columns is none of our business."""
    insert: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


def _member_of(rows: str, row: str) -> str:
    return (
        f"SELECT DISTINCT u.uuid, {row}.active_from, 'members' FROM {{{rows}}} "
        f"JOIN unions_union u ON u.id = {row}.union_id"
    )


def _stands(rows: str, row: str) -> tuple[str, str]:
    """A place changes the union and all below it, whose goals are inherited, and the figures of the parent."""
    return (
        f"SELECT DISTINCT u.uuid, {row}.active_from, 'place' FROM {{{rows}}} "
        f"JOIN unions_union u ON u.id = {row}.union_id",
        f"SELECT DISTINCT u.uuid, {row}.active_from, 'children' FROM {{{rows}}} "
        f"JOIN unions_union u ON u.id = {row}.parent_id",
    )


def _earlier(column: str) -> str:
    """Return the earlier of a column's old and new value; null, an open end, is later than any."""
    return f"{{least}}(COALESCE(o.{column}, n.{column}), COALESCE(n.{column}, o.{column}))"


_UNIONS_OF = "JOIN unions_membership m ON m.member_id = {} JOIN unions_union u ON u.id = m.union_id"

WATCHES = (
    Watch(
        "unions_membership",
        columns=("id", "member_id", "union_id", "active_from", "active_to"),
        insert=(_member_of("new", "n"),),
        # Where only the end moved, nothing before the earlier end changed.
        update=(
            "SELECT DISTINCT u.uuid, CASE WHEN o.union_id = n.union_id AND o.member_id = n.member_id "
            f"AND o.active_from = n.active_from THEN COALESCE({_earlier('active_to')}, o.active_from) "
            f"ELSE {_earlier('active_from')} END, 'members' FROM {{both}} "
            "JOIN unions_union u ON u.id = o.union_id OR u.id = n.union_id",
        ),
        delete=(_member_of("old", "o"),),
    ),
    Watch(
        "unions_unionplace",
        columns=("id", "union_id", "line", "parent_id", "active_from", "active_to"),
        insert=_stands("new", "n"),
        update=_stands("old", "o") + _stands("new", "n"),
        delete=_stands("old", "o"),
    ),
    Watch(
        "unions_union",
        columns=("id", "uuid", "annual_target_ms", "month_targets_ms", "opened_on", "closed_on"),
        insert=("SELECT n.uuid, n.opened_on, 'members' FROM {new}",),
        update=(
            "SELECT n.uuid, {ever}, 'goal' FROM {both} WHERE o.annual_target_ms {differs} n.annual_target_ms "
            "OR o.month_targets_ms {differs} n.month_targets_ms OR o.opened_on {differs} n.opened_on "
            "OR o.closed_on {differs} n.closed_on",
        ),
    ),
    Watch(
        "accounts_person",
        columns=("id", "registered_at"),
        update=(
            f"SELECT DISTINCT u.uuid, {{shanghai}}({_earlier('registered_at')}{{as_day}}), 'members' "
            f"FROM {{both}} {_UNIONS_OF.format('n.id')} WHERE o.registered_at {{differs}} n.registered_at",
        ),
    ),
    Watch(
        "accounts_personalias",
        columns=("id", "person_id"),
        insert=(
            f"SELECT DISTINCT u.uuid, {{ever}}, 'members' FROM {{new}} {_UNIONS_OF.format('n.person_id')}",
        ),
    ),
)

_POSTGRES = {
    "new": "new_rows n",
    "old": "old_rows o",
    "both": "old_rows o JOIN new_rows n ON n.id = o.id",
    "least": "LEAST",
    "differs": "IS DISTINCT FROM",
    "ever": f"DATE '{EVER}'",
    "shanghai": "date",
    "as_day": " AT TIME ZONE 'Asia/Shanghai'",
}
_RELATIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def _sqlite_words(columns: tuple[str, ...]) -> dict[str, str]:
    new, old = (
        f"(SELECT {', '.join(f'{row}.{c} AS {c}' for c in columns)}) {alias}"
        for row, alias in (("NEW", "n"), ("OLD", "o"))
    )
    return {
        "new": new,
        "old": old,
        "both": f"{old} JOIN {new} ON n.id = o.id",
        "least": "MIN",
        "differs": "IS NOT",
        "ever": f"'{EVER}'",
        "shanghai": "date",
        "as_day": ", '+8 hours'",
    }


def statements(vendor: str) -> list[str]:
    """Return the statements that make all triggers, also where some of them stand already."""
    made = []
    for watch in WATCHES:
        for event in ("INSERT", "UPDATE", "DELETE"):
            selects = getattr(watch, event.lower())
            if not selects:
                continue
            name = f"reports_mark_{watch.table}_{event.lower()}"
            words = _POSTGRES if vendor == "postgresql" else _sqlite_words(watch.columns)
            marks = [
                f'INSERT INTO reports_unionmark ("union", day, cause) {select.format(**words)}'
                for select in selects
            ]
            body = "; ".join(marks)
            if vendor == "postgresql":
                made += [
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN {body}; RETURN NULL; END $$",
                    f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {watch.table} "
                    f"REFERENCING {_RELATIONS[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
                ]
            else:
                of = f" OF {', '.join(watch.columns)}" if event == "UPDATE" else ""
                made += [
                    f"DROP TRIGGER IF EXISTS {name}",
                    f"CREATE TRIGGER {name} AFTER {event}{of} ON {watch.table} BEGIN {body}; END",
                ]
    return made


def make_triggers() -> None:
    """Make the triggers, as the role that owns the tables."""
    with owner_cursor() as cursor:
        for statement in statements("postgresql" if is_postgres() else "sqlite"):
            cursor.execute(statement)
