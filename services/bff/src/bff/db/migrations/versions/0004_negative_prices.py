"""Prices below zero: at noon a spot market may pay for use."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # SQLite cannot drop a constraint: the table is copied, its ids and their sequence with it.
    with op.batch_alter_table("unit_prices", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint("price_not_negative", type_="check")
