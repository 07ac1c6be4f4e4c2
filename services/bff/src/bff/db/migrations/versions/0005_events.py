"""Events of counters, and what people decided on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "ledger_events",
        *_event_columns(),
        sa.Column("day_unix_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_ledger_events_device_day", "ledger_events", ["device", "day_unix_ms"])
    op.create_index("ix_ledger_events_at", "ledger_events", ["at_unix_ms"])
    op.create_table(
        "event_answers",
        *_event_columns(),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("answered_by", sa.String(200), nullable=True),
        sa.Column("answered_at_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
    )
    # Days built before this have no events yet: they are built once more.
    op.execute("UPDATE ledger_days SET made_from = ''")


def _event_columns() -> list[sa.Column]:
    return [
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("source", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("since_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("before_uwh", sa.BigInteger(), nullable=True),
        sa.Column("after_uwh", sa.BigInteger(), nullable=True),
        sa.Column("uwh", sa.BigInteger(), nullable=False),
        sa.Column("max_mw", sa.BigInteger(), nullable=True),
    ]
