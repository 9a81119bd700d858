"""SQLite in ``var/`` unless DATABASE_URL names a PostgreSQL."""

from typing import Any

import dj_database_url

from skillspower.settings.env import env

# Deferred transactions that turn into writers fail with "database is locked" at once, whatever the timeout
# (3,002 of 9,550 writes in a trial): IMMEDIATE queues for the lock. synchronous=FULL because an answer that
# says "credited" must survive the death of the machine.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;",
}
POSTGRES_OPTIONS = {"server_side_binding": True, "prepare_threshold": 5}
# Compiling a statement that runs for 5 ms costs 200 ms: half of the roll-up's time in a trial. The URL may ask for it
# back (?options=-c%20jit%3Don), or for anything else.
POSTGRES_COMMAND_LINE = "-c jit=off"
# Opening SQLite's file costs 3 ms of processor time: each connection reads the whole schema and is given Django's
# functions. That is more than most requests take, so a thread keeps its connection; not for long, so that a file that
# was restored is soon the one that is read.
KEPT_S = 60


def _database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(env.var_dir / "skillspower.sqlite3"),
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_MAX_AGE": KEPT_S,
        }
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    is_postgres = "postgresql" in config["ENGINE"]
    config["OPTIONS"] = {**config.get("OPTIONS", {}), **(POSTGRES_OPTIONS if is_postgres else SQLITE_OPTIONS)}
    config["CONN_MAX_AGE"] = KEPT_S
    if is_postgres:
        given = config["OPTIONS"].get("options", "")
        config["OPTIONS"]["options"] = f"{POSTGRES_COMMAND_LINE} {given}".strip()
        config["CONN_HEALTH_CHECKS"] = True
    return config


# The run-time role. The owner role migrates, makes partitions and truncates in tests (core.db.owner).
DATABASES = {"default": _database(env.database_url)}
DATABASE_URL = env.database_url
DATABASE_OWNER_URL = env.database_owner_url or env.database_url
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
