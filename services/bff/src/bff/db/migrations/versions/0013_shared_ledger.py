"""What several BFFs on one database share of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "ledger_worker",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.create_table(
        "ledger_invalidations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("device", sa.String(63), nullable=True),
        sa.Column("start_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_damage", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
