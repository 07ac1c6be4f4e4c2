"""The ledger's closed slots: derived data, made again from samples whenever it is missing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "ledger_days",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("measured_uwh", sa.BigInteger(), nullable=False),
        sa.Column("estimated_uwh", sa.BigInteger(), nullable=False),
        sa.Column("measured_ms", sa.BigInteger(), nullable=False),
        sa.Column("estimated_ms", sa.BigInteger(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
    )
    op.create_index(
        "ix_ledger_days_sums",
        "ledger_days",
        [
            "device",
            "day_unix_ms",
            "measured_uwh",
            "estimated_uwh",
            "measured_ms",
            "estimated_ms",
        ],
    )
    op.create_table(
        "ledger_frontier",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("frontier_unix_ms", sa.BigInteger(), nullable=False),
    )
