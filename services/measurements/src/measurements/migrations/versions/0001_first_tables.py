"""The first tables; a `device_measurements` that is already there is adopted with its rows."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidRequestError

revision = "0001"
down_revision = None

TABLE = "device_measurements"
VALUES = ("temperature", "humidity", "voltage_v", "current_ma", "power_mw")
POWER = ("voltage_v", "current_ma", "power_mw")
KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SECOND_ROW = "adopted: a second row of its device and instant"


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    columns = inspector.get_columns(TABLE) if inspector.has_table(TABLE) else []
    found = {column["name"]: column["type"] for column in columns}
    _create_others()
    if found:
        _adopt(found)
    else:
        _create()
    _create_indexes()


def _create() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("boot", sa.BigInteger()),
        sa.Column("seq", sa.BigInteger()),
        *(sa.Column(name, sa.Double()) for name in VALUES),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("checksum", sa.BigInteger()),
    )


def _create_indexes() -> None:
    no_boot = sa.text("boot IS NULL")
    op.create_index(
        "uq_device_measurements_instant",
        TABLE,
        ["device_id", "recorded_at"],
        unique=True,
        sqlite_where=no_boot,
        postgresql_where=no_boot,
    )
    op.create_index(
        "uq_device_measurements_sequence",
        TABLE,
        ["device_id", "boot", "seq", "recorded_at"],
        unique=True,
    )
    op.create_index("ix_device_measurements_page", TABLE, ["device_id", "recorded_at", "id"])
    op.create_index("ix_device_measurements_recorded_at", TABLE, ["recorded_at", "id"])


def _adopt(found: Mapping[str, Any]) -> None:
    if missing := {"id", "device_id", "recorded_at"} - set(found):
        message = f"{TABLE} is there without {', '.join(sorted(missing))}: rename it, or add them"
        raise InvalidRequestError(message)
    bind = op.get_bind()
    is_postgresql = bind.dialect.name == "postgresql"
    if is_postgresql:
        _convert_types(found)
    for name, column_type in {
        "received_at": INSTANT,
        "boot": sa.BigInteger(),
        "seq": sa.BigInteger(),
        **dict.fromkeys(VALUES, sa.Double()),
        "payload": DOCUMENT,
        "checksum": sa.BigInteger(),
    }.items():
        if name not in found:
            op.add_column(TABLE, sa.Column(name, column_type))
    _fill(is_postgresql, "created_at" if "created_at" in found else "recorded_at")
    _set_second_rows_aside(is_postgresql)
    with op.batch_alter_table(TABLE) as table:
        for name, column_type in (
            ("recorded_at", INSTANT),
            ("received_at", INSTANT),
            ("payload", DOCUMENT),
        ):
            table.alter_column(name, existing_type=column_type, nullable=False)


def _convert_types(found: Mapping[str, Any]) -> None:
    """On PostgreSQL: instants with their zone (without one they are in UTC), JSON as JSONB."""
    for name in {"recorded_at", "created_at", "received_at"} & set(found):
        column_type = found[name]
        if isinstance(column_type, sa.DateTime) and not column_type.timezone:
            op.execute(
                f"ALTER TABLE {TABLE} ALTER COLUMN {name}"
                f" TYPE timestamptz USING {name} AT TIME ZONE 'UTC'"
            )
    if "payload" in found and not isinstance(found["payload"], JSONB):
        op.execute(f"ALTER TABLE {TABLE} ALTER COLUMN payload TYPE jsonb USING payload::jsonb")
    for name in set(VALUES) & set(found):
        op.execute(
            f"ALTER TABLE {TABLE} ALTER COLUMN {name}"
            f" TYPE double precision USING {name}::double precision"
        )


def _fill(is_postgresql: bool, arrival: str) -> None:
    op.execute(f"UPDATE {TABLE} SET received_at = {arrival} WHERE received_at IS NULL")
    op.execute(f"UPDATE {TABLE} SET payload = '{{}}' WHERE payload IS NULL")
    for name in POWER:
        # Beside the other values, or in `power`; what is no number stays in the payload alone.
        for path in ((name,), ("power", name)):
            op.execute(
                _fill_postgresql(name, path) if is_postgresql else _fill_sqlite(name, path)
            )


def _fill_postgresql(name: str, path: tuple[str, ...]) -> str:
    steps = "{" + ",".join(path) + "}"
    return (
        f"UPDATE {TABLE} SET {name} = (payload #>> '{steps}')::double precision"
        f" WHERE {name} IS NULL AND jsonb_typeof(payload #> '{steps}') = 'number'"
    )


def _fill_sqlite(name: str, path: tuple[str, ...]) -> str:
    steps = "$." + ".".join(path)
    return (
        f"UPDATE {TABLE} SET {name} = json_extract(payload, '{steps}') WHERE {name} IS NULL"
        f" AND json_type(payload, '{steps}') IN ('integer', 'real')"
    )


def _set_second_rows_aside(is_postgresql: bool) -> None:
    """Keep of the rows of one device and instant the first; the others are kept raw."""
    second = (
        f"FROM {TABLE} WHERE EXISTS (SELECT 1 FROM {TABLE} AS earlier"
        f" WHERE earlier.device_id = {TABLE}.device_id"
        f" AND earlier.recorded_at = {TABLE}.recorded_at AND earlier.id < {TABLE}.id)"
    )
    names = ("device_id", "recorded_at", "temperature", "humidity", "payload")
    pairs = ", ".join(f"'{name}', {name}" for name in names)
    build = f"jsonb_build_object({pairs})" if is_postgresql else f"json_object({pairs})"
    op.execute(
        "INSERT INTO raw_measurements (device_id, received_at, reason, payload)"
        f" SELECT device_id, received_at, '{SECOND_ROW}', {build} {second}"
    )
    op.execute(f"DELETE {second}")


def _create_others() -> None:
    op.create_table(
        "raw_measurements",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("payload", DOCUMENT, nullable=False),
    )
    op.create_index(
        "ix_raw_measurements_received_at", "raw_measurements", ["received_at", "id"]
    )
    op.create_index(
        "ix_raw_measurements_device", "raw_measurements", ["device_id", "received_at"]
    )
    op.create_table(
        "boards",
        sa.Column("device_id", sa.String(64), primary_key=True),
        sa.Column("last_arrival_at", INSTANT, nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            for name in ("received", "stored", "duplicates", "conflicts", "unplaced")
        ),
        sa.Column("newest_at", INSTANT),
        sa.Column("newest_power_mw", sa.Double()),
        sa.Column("energy_uwh", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("clock_skew_seconds", sa.Double()),
        sa.Column("report", DOCUMENT),
    )
    op.create_table(
        "board_tokens",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("device_id", sa.String(64)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
    )
    op.create_table(
        "measurements_outbox",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("enqueued_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_measurements_outbox_counts",
        "measurements_outbox",
        ["line_count", "byte_count", "enqueued_at_ms"],
    )
    op.create_table(
        "measurements_outbox_refused",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("refused_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
