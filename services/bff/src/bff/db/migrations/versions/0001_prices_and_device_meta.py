"""Unit prices, and what people enter about devices."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "unit_prices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("price_per_kwh_millionths", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("valid_from_unix_ms", sa.BigInteger(), nullable=False),
        sa.Column("valid_to_unix_ms", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "valid_to_unix_ms > valid_from_unix_ms", name="valid_to_after_valid_from"
        ),
        sa.CheckConstraint("price_per_kwh_millionths >= 0", name="price_not_negative"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unit_prices_valid_from_unix_ms", "unit_prices", ["valid_from_unix_ms"])
    op.create_table(
        "device_meta",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("name_ja", sa.String(200), nullable=True),
        sa.Column("name_en", sa.String(200), nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("rated_power_watts", sa.Double(), nullable=True),
    )
