"""Archived days, and checksums of the ledger's rows."""

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INDEX = "ix_ledger_days_sums"
KEY = ("device", "day_unix_ms")
SUMS = ("measured_uwh", "estimated_uwh", "measured_ms", "estimated_ms")
WEIGHTS = (3, 5, 7, 11, 13)
ROWS_AT_ONCE = 1_000


def upgrade() -> None:
    for column in (
        sa.Column("is_stale", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("counts_left", sa.Text(), nullable=True),
        sa.Column("checksum", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("sums_checksum", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("ledger_days", column)
    _write_checksums(op.get_bind())
    op.drop_index(INDEX, "ledger_days")
    op.create_index(INDEX, "ledger_days", [*KEY, *SUMS, "sums_checksum"])


def _write_checksums(connection: sa.Connection) -> None:
    columns = [sa.column(name) for name in (*KEY, *SUMS, "made_from", "slots")]
    days = sa.table(
        "ledger_days",
        *columns,
        sa.column("is_stale"),
        sa.column("checksum"),
        sa.column("sums_checksum"),
    )
    keys = connection.execute(sa.select(days.c.device, days.c.day_unix_ms)).all()
    is_row = (days.c.device == sa.bindparam("of_device"), days.c.day_unix_ms == sa.bindparam("day"))
    new = {name: sa.bindparam(f"new_{name}") for name in ("is_stale", "checksum", "sums_checksum")}
    for first in range(0, len(keys), ROWS_AT_ONCE):
        some = [
            connection.execute(
                sa.select(*columns).where(*is_row), {"of_device": device, "day": day}
            ).one()
            for device, day in keys[first : first + ROWS_AT_ONCE]
        ]
        connection.execute(sa.update(days).where(*is_row).values(new), [_values(row) for row in some])


def _values(row: sa.Row) -> dict[str, object]:
    sums = tuple(getattr(row, name) for name in SUMS)
    text = f"{row.device} {row.day_unix_ms} {sums} {row.made_from}"
    weighted = zip(WEIGHTS, (*sums, row.day_unix_ms), strict=True)
    return {
        "of_device": row.device,
        "day": row.day_unix_ms,
        "new_is_stale": row.made_from == "",
        "new_checksum": crc32(row.slots, crc32(text.encode())),
        "new_sums_checksum": crc32(row.device.encode()) + sum(w * value for w, value in weighted),
    }
