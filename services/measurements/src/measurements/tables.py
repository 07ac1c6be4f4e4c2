"""The tables: measurements, raw bodies, boards, their places, tokens, the outbox.

The archive reads `device_measurements` by `recorded_at` and `raw_measurements` by `received_at`.
"""

from datetime import UTC, datetime
from typing import Any, override

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from service_kit.database import serialised
from timeseries_io.outbox import define_outbox

MAX_DEVICE_ID_LENGTH = 64

METADATA = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware instant: with its zone on PostgreSQL, in UTC on SQLite, which has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


# Only an INTEGER key counts by itself on SQLite.
_KEY = BigInteger().with_variant(Integer, "sqlite")
_DOCUMENT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# A body that is `null` is kept as that.
_ANY_DOCUMENT = JSON().with_variant(JSONB(), "postgresql")

MEASUREMENTS = Table(
    "device_measurements",
    METADATA,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("device_id", String(MAX_DEVICE_ID_LENGTH), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("boot", BigInteger),
    Column("seq", BigInteger),
    Column("temperature", Double),
    Column("humidity", Double),
    Column("voltage_v", Double),
    Column("current_ma", Double),
    Column("power_mw", Double),
    Column("payload", _DOCUMENT, nullable=False),
    # Of all that was measured: whether a measurement that comes again is the same.
    Column("checksum", BigInteger),
)
# Two indexes, since NULL differs from NULL in an index. Pages are read by the first.
Index(
    "uq_device_measurements_instant",
    MEASUREMENTS.c.device_id,
    MEASUREMENTS.c.recorded_at,
    unique=True,
    sqlite_where=text("boot IS NULL"),
    postgresql_where=text("boot IS NULL"),
)
Index(
    "uq_device_measurements_sequence",
    MEASUREMENTS.c.device_id,
    MEASUREMENTS.c.boot,
    MEASUREMENTS.c.seq,
    MEASUREMENTS.c.recorded_at,
    unique=True,
)
Index(
    "ix_device_measurements_page",
    MEASUREMENTS.c.device_id,
    MEASUREMENTS.c.recorded_at,
    MEASUREMENTS.c.id,
)
Index("ix_device_measurements_recorded_at", MEASUREMENTS.c.recorded_at, MEASUREMENTS.c.id)
# What arrived on a day, to be compared with what was kept raw.
Index("ix_device_measurements_received_at", MEASUREMENTS.c.received_at)

RAW = Table(
    "raw_measurements",
    METADATA,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("device_id", String(MAX_DEVICE_ID_LENGTH), nullable=False),
    Column("received_at", Instant, nullable=False),
    # Why it is here and not among the measurements; empty for what was sent to be here.
    Column("reason", Text, nullable=False, server_default=""),
    Column("payload", _ANY_DOCUMENT, nullable=False),
)
Index("ix_raw_measurements_received_at", RAW.c.received_at, RAW.c.id)
Index("ix_raw_measurements_device", RAW.c.device_id, RAW.c.received_at)

BOARDS = Table(
    "boards",
    METADATA,
    Column("device_id", String(MAX_DEVICE_ID_LENGTH), primary_key=True),
    Column("last_arrival_at", Instant, nullable=False),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("stored", BigInteger, nullable=False, server_default="0"),
    Column("duplicates", BigInteger, nullable=False, server_default="0"),
    Column("conflicts", BigInteger, nullable=False, server_default="0"),
    Column("unplaced", BigInteger, nullable=False, server_default="0"),
    # Of the counter that is made from the watts: the newest measurement and the sum up to it.
    Column("newest_at", Instant),
    Column("newest_power_mw", Double),
    Column("energy_uwh", BigInteger, nullable=False, server_default="0"),
    # When that was by the board itself, whose clock may have been corrected since.
    Column("newest_boot", BigInteger),
    Column("newest_up_seconds", BigInteger),
    Column("clock_skew_seconds", Double),
    # What the board reports of itself.
    Column("report", _DOCUMENT),
)

PLACES = Table(
    "board_places",
    METADATA,
    Column("id", _KEY, primary_key=True, autoincrement=True),
    Column("device_id", String(MAX_DEVICE_ID_LENGTH), nullable=False),
    Column("since", Instant, nullable=False),
    # None: the configuration placed it nowhere.
    Column("labels", _DOCUMENT),
    # Of the measurements that were stored before it was placed: those from `next_id` to
    # `last_id` are still to be passed on. None: all are.
    Column("next_id", BigInteger),
    Column("last_id", BigInteger),
)
Index("ix_board_places_device", PLACES.c.device_id, PLACES.c.since, PLACES.c.id)

TOKENS = Table(
    "board_tokens",
    METADATA,
    Column("id", String(16), primary_key=True),
    # None: it only reads.
    Column("device_id", String(MAX_DEVICE_ID_LENGTH)),
    Column("digest", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

OUTBOX = define_outbox(METADATA, "measurements_outbox")


def for_writing(engine: Engine) -> Engine:
    """Return the engine of transactions that write: on SQLite they exclude others from the start.

    On PostgreSQL the row of the board is locked.
    """
    return serialised(engine) if engine.dialect.name == "sqlite" else engine
