"""
Walking the ledger's chains: the hashed bytes of each entry as the database holds it, and the heads that learners' rows
know.

PostgreSQL builds the bytes itself; reading the columns and building them here would take twice as long. SQLite, whose
text functions are slow and which runs in this process, gives its columns and they are put together here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from core.clock import day_of, month_start
from core.db import is_postgres, sql_value
from records.db.ledger import COLUMNS, LEDGER
from records.ledger.format import FIELDS, field
from records.ledger.heads import Head

LEARNERS_A_BATCH = 2_000
ENTRIES_A_BATCH = 20_000
_UUIDS = {name for name, pg, _, _ in COLUMNS if pg == "uuid"}
_DAYS = {"day", "booked_on"}
_NULLABLE = {name for name, _, _, null in COLUMNS if null}
_SHORT = {"format", "level"}
_INSTANTS = {"t_from", "t_to", "recorded_at"}


class ChainRow(NamedTuple):
    """
    One entry as the database holds it. ``learner`` is the uuid as this database writes it, ``prev`` and ``hash`` are hex;
    ``fits`` says whether the entry lies in the month it was recorded in.
    """

    learner: str
    n: int
    format: int
    octets: bytes
    prev: str
    hash: str
    recorded_at: int
    fits: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of learners, and what their rows know of their chains: (length, head in hex) by learner."""

    where: str
    values: list[Any]
    ends: dict[str, tuple[int, str]]


def batches(learners: Sequence[UUID] | None) -> Iterator[Batch]:
    """
    Yield all learners, or these, in stretches of about 20,000 entries; the caller reads each within one snapshot.

    The stretches of all learners leave no gap, so that entries of a learner without a row are in one, too.
    """
    if learners is not None:
        wanted = sorted(set(learners))
        for start in range(0, len(wanted), LEARNERS_A_BATCH):
            values = [sql_value(learner) for learner in wanted[start : start + LEARNERS_A_BATCH]]
            yield Batch(f"WHERE learner IN ({', '.join(['%s'] * len(values))})", values, {})
        return
    after: Any = None
    while True:
        where, values = ("", []) if after is None else ("WHERE learner > %s", [after])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT learner, chain_length FROM records_studystate {where} ORDER BY learner LIMIT {LEARNERS_A_BATCH}",
                values,
            )
            rows = cursor.fetchall()
        taken = sum(total <= ENTRIES_A_BATCH for total in accumulate(length for _, length in rows)) or 1
        if taken >= len(rows) < LEARNERS_A_BATCH:
            yield Batch(where, values, {})
            return
        last = rows[taken - 1][0]
        yield Batch(f"{where} {'AND' if where else 'WHERE'} learner <= %s", [*values, last], {})
        after = last


def read_ends(batch: Batch) -> None:
    """Fill in what the learners' rows know of their chains."""
    learner, head = (
        ("learner::text", "encode(chain_head, 'hex')")
        if is_postgres()
        else ("+learner", "lower(hex(chain_head))")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {learner}, chain_length, {head} FROM records_studystate "
            f"{batch.where} {'AND' if batch.where else 'WHERE'} chain_length > 0",
            batch.values,
        )
        batch.ends.update({row[0]: (row[1], row[2] or "") for row in cursor.fetchall()})


def read_chains(batch: Batch) -> Iterator[ChainRow]:
    """Yield the entries of these learners link by link, learner by learner."""
    with connection.cursor() as cursor:
        if not is_postgres():
            cursor.execute(
                f"SELECT {_SQLITE_COLUMNS} FROM {LEDGER} {batch.where} ORDER BY learner, n", batch.values
            )
            while rows := cursor.fetchmany(2_000):
                yield from map(_from_columns, rows)
            return
        cursor.execute("SET LOCAL datestyle TO ISO")
        cursor.execute(
            f"SELECT learner::text, n, format, {_text_pg()}, encode(prev, 'hex'), encode(hash, 'hex'), recorded_at, "
            f"{_FITS_PG} FROM {LEDGER} {batch.where} ORDER BY learner, n",
            batch.values,
        )
        for learner, n, number, text, prev, own, recorded_at, fits in cursor:
            yield ChainRow(learner, n, number, text.encode(), prev, own, recorded_at, fits)


def count_chains() -> int:
    """Return how many learners have a chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM records_studystate WHERE chain_length > 0")
        return int(cursor.fetchone()[0])


def count_entries() -> int:
    """Return how many entries the learners' rows know of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(SUM(chain_length), 0) FROM records_studystate")
        return int(cursor.fetchone()[0])


def heads_before(instant: int) -> Iterator[Head]:
    """
    Yield each chain as it was before its first entry recorded at ``instant`` or later, in the order of learners.

    Entries carry the hash before them, so only what was recorded since has to be looked at, not the whole ledger.
    """
    learner, head = (
        ("s.learner::text", "encode({}, 'hex')") if is_postgres() else ("+s.learner", "lower(hex({}))")
    )
    later = (
        f"SELECT learner, MIN(n) AS n FROM {LEDGER} WHERE month >= %s AND recorded_at >= %s GROUP BY learner"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {learner}, COALESCE(l.n - 1, s.chain_length), {head.format('COALESCE(l.prev, s.chain_head)')} "
            f"FROM records_studystate s LEFT JOIN ({later}) f ON f.learner = s.learner "
            f"LEFT JOIN {LEDGER} l ON l.learner = f.learner AND l.n = f.n "
            "WHERE COALESCE(l.n - 1, s.chain_length) > 0 ORDER BY s.learner",
            [sql_value(month_start(day_of(instant))), instant],
        )
        while rows := cursor.fetchmany(ENTRIES_A_BATCH):
            for key, n, own in rows:
                yield Head(UUID(key), n, own)


def entry_bytes_sql(vendor: str) -> str:
    """
    Return the SQL expression that builds the hashed bytes of an entry; equal to ``ledger.format.entry_bytes``.

    On PostgreSQL the value is bytea, on SQLite a blob; days are written as the session's DateStyle, which is ISO unless
    somebody has changed it.
    """
    if vendor == "postgresql":
        return f"convert_to({_text_pg()}, 'UTF8')"
    return "CAST({} AS BLOB)".format(" || ".join(_field_sqlite(name) for name in FIELDS))


def _text_pg() -> str:
    """
    Return the entry's bytes as text. One call of concat is half the price of sixty ``||``, each of which copies what is
    before it, and lengths that cannot vary are not counted.
    """
    return "concat({})".format(", ".join(_field_pg(name) for name in FIELDS))


def _field_pg(name: str) -> str:
    column = f'"{name}"'
    if name == "prev":
        return "CASE n WHEN 1 THEN '96:' ELSE '64:' END, encode(prev, 'hex')"
    if name == "online":
        return "CASE WHEN online THEN '1:1' ELSE '1:0' END"
    fixed = "36:" if name in _UUIDS else "10:" if name in _DAYS else "1:" if name in _SHORT else ""
    if fixed:
        return f"COALESCE('{fixed}' || {column}::text, '-')" if name in _NULLABLE else f"'{fixed}', {column}"
    if name in _INSTANTS:  # 13 digits from 2001 to 2286
        usual = f"{column} BETWEEN 1000000000000 AND 9999999999999"
        return f"CASE WHEN {usual} THEN '13:' ELSE octet_length({column}::text) || ':' END, {column}"
    size = f"octet_length({column}::text)"
    if name in _NULLABLE:
        return f"CASE WHEN {column} IS NULL THEN '-' ELSE {size} || ':' || {column} END"
    return f"{size}, ':', {column}"


def _field_sqlite(name: str) -> str:
    column = f'"{name}"'
    text = f"CAST({column} AS text)"
    if name in _UUIDS:
        cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        text = " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in cuts)
    elif name == "prev":
        text = "lower(hex(prev))"
    whole = f"(length(CAST({text} AS BLOB)) || ':' || {text})"
    return f"ifnull({whole}, '-')" if name in _NULLABLE else whole


# The day of recording in Shanghai, less its day of the month, is the month's first day: half the price of date_trunc.
_RECORDED_ON_PG = "(DATE '1970-01-01' + ((recorded_at + 28800000) / 86400000)::int)"
_FITS_PG = f"{_RECORDED_ON_PG} - (date_part('day', {_RECORDED_ON_PG})::int - 1) = month"
# The plus keeps the driver from making dates and booleans of what is wanted as it is written.
_SQLITE_COLUMNS = ", ".join(f'+"{name}"' for name in (*FIELDS, "hash", "month"))


class _Written(dict[Any, str]):
    """Values as they stand in the hashed bytes; what comes again, as lessons and unions do, is written once."""

    MOST = 100_000

    def __init__(self, *, are_uuids: bool) -> None:
        self._are_uuids = are_uuids

    def __missing__(self, value: Any) -> str:
        if len(self) > self.MOST:
            self.clear()
        text = field(UUID(value) if self._are_uuids and value is not None else value).decode()
        self[value] = text
        return text


_uuids, _values = _Written(are_uuids=True), _Written(are_uuids=False)


def _from_columns(row: Sequence[Any]) -> ChainRow:
    """Return a row of SQLite; one whose values are of no kind an entry may hold gets no bytes, which no hash fits."""
    try:
        octets = _octets(row)
    except (AttributeError, TypeError, ValueError):
        octets = b""
    number, learner, n, recorded_at, prev, own, month = (
        row[0],
        row[1],
        row[2],
        row[-4],
        row[-3],
        row[-2],
        row[-1],
    )
    return ChainRow(
        learner, n, number, octets, prev.hex(), own.hex(), recorded_at, month == _month_text(recorded_at)
    )


def _octets(row: Sequence[Any]) -> bytes:
    (
        number, learner, n, kind, source, session, lesson, part, edition, activity, occupation, level, t_from, t_to,
        ranges, ms, day, booked, union, policy, evidence, evidence_ref, online, reason, refers_to, actor, approver,
        recorded_at, prev, _, _,
    ) = row  # fmt: skip
    u, v = _uuids, _values
    sitting = (
        f"36:{session[:8]}-{session[8:12]}-{session[12:16]}-{session[16:20]}-{session[20:]}"
        if session
        else "-"
    )
    return (
        f"{v[number]}{u[learner]}{v[n]}{v[kind]}{v[source]}{sitting}{u[lesson]}{u[part]}{u[edition]}{v[activity]}"
        f"{v[occupation]}{v[level]}{len(str(t_from))}:{t_from}{len(str(t_to))}:{t_to}{len(ranges.encode())}:{ranges}"
        f"{v[ms]}{v[day]}{v[booked]}{u[union]}{v[policy]}{v[evidence]}{v[evidence_ref]}{v[online]}{v[reason]}"
        f"{v[refers_to]}{u[actor]}{u[approver]}{len(str(recorded_at))}:{recorded_at}{2 * len(prev)}:{prev.hex()}"
    ).encode()


_months: dict[int, str] = {}


def _month_text(ms: int) -> str:
    """Return the first day of an instant's month as SQLite keeps it; days come again, so each is worked out once."""
    day = (ms + 28_800_000) // 86_400_000
    if day not in _months:
        _months[day] = sql_value(month_start(day_of(ms)))
    return _months[day]
