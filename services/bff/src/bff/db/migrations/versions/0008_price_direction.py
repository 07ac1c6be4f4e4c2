"""Prices of what is sold, beside those of what is bought."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "unit_prices",
        sa.Column("direction", sa.String(6), nullable=False, server_default="import"),
    )
