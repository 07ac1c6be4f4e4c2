"""A version of each day of the ledger, written by triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# Of 64 bits, so that no state of another database has the same.
RANDOM = {"sqlite": "random()", "postgresql": "((random() - 0.5) * 9e18)::bigint"}
CHANGED = """
    INSERT INTO ledger_day_versions (day_unix_ms, version) {days}
    ON CONFLICT (day_unix_ms) DO UPDATE SET version = excluded.version
"""
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION change_ledger_day_versions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {changed};
        RETURN NULL;
    END $$
"""
# A trigger of PostgreSQL sees the rows of a statement as a table.
POSTGRESQL_TABLES = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def upgrade() -> None:
    op.create_table(
        "ledger_day_versions",
        sa.Column("day_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    dialect = op.get_bind().dialect.name
    random = RANDOM[dialect]
    every_day = "SELECT day_unix_ms FROM ledger_days GROUP BY day_unix_ms"
    op.execute(
        f"INSERT INTO ledger_day_versions SELECT day_unix_ms, {random} FROM ({every_day}) AS days"
    )
    if dialect == "sqlite":
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            changed = CHANGED.format(days=f"VALUES ({row}.day_unix_ms, {random})")
            op.execute(
                f"CREATE TRIGGER ledger_days_{event.lower()} AFTER {event} ON ledger_days"
                f" BEGIN {changed}; END"
            )
        return
    days = f"SELECT day_unix_ms, {random} FROM changed GROUP BY day_unix_ms ORDER BY day_unix_ms"
    op.execute(POSTGRESQL_FUNCTION.format(changed=CHANGED.format(days=days)))
    for event, rows in POSTGRESQL_TABLES.items():
        op.execute(
            f"CREATE TRIGGER ledger_days_{event.lower()} AFTER {event} ON ledger_days"
            f" REFERENCING {rows} TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION change_ledger_day_versions()"
        )
