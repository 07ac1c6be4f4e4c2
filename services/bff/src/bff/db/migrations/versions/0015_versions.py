"""Versions of days of the ledger and, on SQLite, of tables; triggers write them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# A table that a later version adds needs the triggers of these, too.
TABLES = (
    "budgets",
    "contracts",
    "device_meta",
    "event_answers",
    "found_sources",
    "ledger_days",
    "ledger_events",
    "ledger_invalidations",
    "ledger_splits",
    "ledger_watermark",
    "ledger_worker",
    "month_changes",
    "notice_acknowledgements",
    "reading_dates",
    "reading_rules",
    "real_bills",
    "register_corrections",
    "register_rows",
    "revisions",
    "rules_versions",
    "series",
    "series_values",
    "unit_prices",
)
# Which row an event leaves or has left.
ROWS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
# Of 64 bits, so that no state of another database has the same.
SQLITE_RANDOM, POSTGRESQL_RANDOM = "random()", "((random() - 0.5) * 9e18)::bigint"
CHANGED_DAYS = f"SELECT day_unix_ms, {POSTGRESQL_RANDOM} FROM changed GROUP BY 1 ORDER BY 1"


def _set(table: str, key: str, versions: str) -> str:
    return (
        f"INSERT INTO {table} ({key}, version) {versions}"
        f" ON CONFLICT ({key}) DO UPDATE SET version = excluded.version;"
    )


def _set_day_versions(days: str) -> str:
    return _set("ledger_day_versions", "day_unix_ms", days)


def upgrade() -> None:
    op.create_table(
        "ledger_day_versions",
        sa.Column("day_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "table_versions",
        sa.Column("name", sa.String(63), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    random = SQLITE_RANDOM if is_sqlite else POSTGRESQL_RANDOM
    stored = f"SELECT day_unix_ms, {random} FROM ledger_days GROUP BY day_unix_ms"
    op.execute(f"INSERT INTO ledger_day_versions {stored}")
    if is_sqlite:
        for table in TABLES:
            _watch_sqlite_table(table)
        _watch_sqlite_days()
    else:
        _watch_postgresql_days()


def _watch_sqlite_table(table: str) -> None:
    changed = _set("table_versions", "name", f"VALUES ('{table}', {SQLITE_RANDOM})")
    op.execute(changed)
    for event in ROWS:
        op.execute(
            f"CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} BEGIN {changed} END"
        )


def _watch_sqlite_days() -> None:
    for event, row in ROWS.items():
        changed = _set_day_versions(f"VALUES ({row}.day_unix_ms, {SQLITE_RANDOM})")
        op.execute(
            f"CREATE TRIGGER ledger_days_of_{event.lower()} AFTER {event} ON ledger_days"
            f" BEGIN {changed} END"
        )


def _watch_postgresql_days() -> None:
    op.execute(
        "CREATE FUNCTION set_ledger_day_versions() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_set_day_versions(CHANGED_DAYS)} RETURN NULL; END $$"
    )
    for event, rows in ROWS.items():
        op.execute(
            f"CREATE TRIGGER ledger_days_of_{event.lower()} AFTER {event} ON ledger_days"
            f" REFERENCING {rows} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION set_ledger_day_versions()"
        )
