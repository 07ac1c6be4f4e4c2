"""When the newest measurement was by the board itself, for a clock that is corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("boards", sa.Column("newest_boot", sa.BigInteger()))
    op.add_column("boards", sa.Column("newest_up_seconds", sa.BigInteger()))
