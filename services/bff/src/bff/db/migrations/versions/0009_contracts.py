"""Contracts, series of rates, reading dates, real bills, budgets, and who changed what when."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "series",
        sa.Column("series", sa.String(63), primary_key=True),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
    )
    op.create_table(
        "series_values",
        sa.Column("series", sa.String(63), primary_key=True),
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("value", sa.String(40), nullable=False),
    )
    op.create_table("reading_dates", sa.Column("day", sa.Date(), primary_key=True))
    op.create_table(
        "reading_rules",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("day_of_month", sa.Integer(), nullable=True),
    )
    op.create_table(
        "real_bills",
        sa.Column("first_day", sa.Date(), primary_key=True),
        sa.Column("statement", sa.String(6), primary_key=True),
        sa.Column("kwh", sa.String(40), nullable=True),
        sa.Column("total", sa.String(40), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("amount", sa.String(40), nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("object_type", sa.String(20), nullable=False),
        sa.Column("object_key", sa.String(200), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("made_at_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("undone_at_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revisions_object", "revisions", ["object_type", "object_key"])
