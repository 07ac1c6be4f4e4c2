"""The sources ever found of each device, and what new rules change of the past."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "found_sources",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("source", sa.String(63), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rules_versions",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("began_at_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_at_unix_ms", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "month_changes",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("month_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("before_uwh", sa.BigInteger(), nullable=True),
        sa.Column("after_uwh", sa.BigInteger(), nullable=True),
        sa.Column("before_cost", sa.String(40), nullable=True),
        sa.Column("after_cost", sa.String(40), nullable=True),
    )
