"""The register of devices: what the configuration had of each, with dates, and corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "register_rows",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("from_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("to_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("room", sa.String(63), nullable=False),
        sa.Column("shelf", sa.String(63), nullable=False),
        sa.Column("upstream", sa.String(63), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("house_meter", sa.Boolean(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("configuration", sa.Text(), nullable=False),
        sa.Column("written_unix_ms", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_register_rows_device", "register_rows", ["device"])
    op.create_index(
        "ux_register_rows_present",
        "register_rows",
        ["device"],
        unique=True,
        sqlite_where=sa.text("to_unix_ms IS NULL"),
        postgresql_where=sa.text("to_unix_ms IS NULL"),
    )
    op.create_table(
        "register_corrections",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("former", sa.String(63), nullable=True),
        sa.Column("at_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("made_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("undone_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sqlite_autoincrement=True,
    )
