"""Splits of slots at the edges of prices."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "ledger_splits",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("at_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("amounts", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
    )
