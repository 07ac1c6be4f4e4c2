"""The ledger's watermark under the usual name."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.rename_table("ledger_frontier", "ledger_watermark")
    op.alter_column("ledger_watermark", "frontier_unix_ms", new_column_name="watermark_unix_ms")
