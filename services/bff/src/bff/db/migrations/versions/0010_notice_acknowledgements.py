"""What people have seen of the notices."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "notice_acknowledgements",
        sa.Column("notice", sa.String(100), primary_key=True),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("acknowledged_by", sa.String(200), nullable=True),
        sa.Column("acknowledged_at_unix_ms", sa.BigInteger(), nullable=False),
    )
