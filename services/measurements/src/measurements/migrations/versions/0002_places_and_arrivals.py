"""Where each board was and when, for late measurements; and what arrived on a day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "board_places",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labels", sa.JSON().with_variant(JSONB(), "postgresql")),
        sa.Column("next_id", sa.BigInteger()),
        sa.Column("last_id", sa.BigInteger()),
    )
    op.create_index(
        "ix_device_measurements_received_at", "device_measurements", ["received_at"]
    )
    op.create_index("ix_board_places_device", "board_places", ["device_id", "since", "id"])
