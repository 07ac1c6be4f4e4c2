"""Splits of slots: one row for all of a device's day."""

from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

DAY_MS = 86_400_000
AMOUNTS_BYTES = 64
NEW = "ledger_splits_by_day"


def upgrade() -> None:
    by_day = op.create_table(
        NEW,
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day_unix_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("amounts", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
    )
    connection = op.get_bind()
    names = ("device", "at_unix_ms", "amounts", "checksum")
    splits = sa.table("ledger_splits", *(sa.column(name) for name in names))
    for device in connection.scalars(sa.select(splits.c.device).distinct()).all():
        if rows := list(_rows(connection, splits, device)):
            connection.execute(sa.insert(by_day), rows)
    op.drop_table("ledger_splits")
    op.rename_table(NEW, "ledger_splits")


def _rows(
    connection: sa.Connection, splits: sa.TableClause, device: str
) -> Iterator[dict[str, object]]:
    of_device = sa.select(splits).where(splits.c.device == device).order_by(splits.c.at_unix_ms)
    by_day: dict[int, bytes] = defaultdict(bytes)
    for row in connection.execute(of_device):
        checksum = crc32(row.amounts, crc32(f"{device} {row.at_unix_ms}".encode()))
        # A damaged one is not used: it is left behind.
        if len(row.amounts) == AMOUNTS_BYTES and checksum == row.checksum:
            instant = row.at_unix_ms.to_bytes(8, "little", signed=True)
            by_day[row.at_unix_ms // DAY_MS * DAY_MS] += instant + row.amounts
    for day_ms, amounts in by_day.items():
        checksum = crc32(amounts, crc32(f"{device} {day_ms}".encode()))
        yield {"device": device, "day_unix_ms": day_ms, "amounts": amounts, "checksum": checksum}
