"""Reads a day of the measurements database: `device_measurements`, and the bodies as they arrived.

The tables belong to the measurements service; its columns are asked for, so that a new one is
archived without a change here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pyarrow as pa
from sqlalchemy import (
    Column,
    DateTime,
    MetaData,
    RowMapping,
    Table,
    create_engine,
    select,
    tuple_,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from homeiot_batch.errors import ConfigurationError, SourceError
from homeiot_batch.transform import UTC_MICROSECONDS, Span

ROWS_AT_ONCE = 100  # a raw body may have a megabyte
MEASURED = ("temperature", "humidity", "voltage_v", "current_ma", "power_mw")
# The day of a row is that of its instant: when it was measured, and when a body arrived.
INSTANT_OF_TABLE = {"device_measurements": "recorded_at", "raw_measurements": "received_at"}

# The dataset `raw_measurements`. `row` has all columns of the table as JSON, `payload` apart.
MEASUREMENTS = pa.schema(
    [
        ("table_name", pa.string()),
        ("ts_utc", UTC_MICROSECONDS),
        ("device_id", pa.string()),
        *((name, pa.float64()) for name in MEASURED),
        ("payload", pa.string()),
        ("row", pa.string()),
    ]
)


def read_measurements(url: str, span: Span) -> Iterator[pa.Table]:
    """Return the rows of both tables, some hundred at a time, in the schema `MEASUREMENTS`.

    Raises:
        ConfigurationError: A table is missing or has no instant to sort by.
        SourceError: The database does not answer.
    """
    try:
        engine = create_engine(url)
        with engine.connect() as connection:
            for name, instant in INSTANT_OF_TABLE.items():
                table = _reflected(connection, name, instant)
                yield from _rows(connection, table, table.c[instant], span)
        engine.dispose()
    except SQLAlchemyError as error:
        message = f"the measurements database does not answer: {error}"
        raise SourceError(message) from error


def _reflected(connection: Connection, name: str, instant: str) -> Table:
    try:
        table = Table(name, MetaData(), autoload_with=connection)
    except NoSuchTableError as error:
        message = f"the measurements database has no table {name}"
        raise ConfigurationError(message) from error
    if not isinstance(getattr(table.c.get(instant), "type", None), DateTime):
        message = (
            f"{name} of the measurements database has no column {instant} with a date and time"
        )
        raise ConfigurationError(message)
    return table


def _rows(
    connection: Connection, table: Table, instant: Column[datetime], span: Span
) -> Iterator[pa.Table]:
    order = (instant, *table.primary_key.columns)
    day = select(table).where(instant >= _bound(instant, span.start))
    day = day.where(instant < _bound(instant, span.end)).order_by(*order).limit(ROWS_AT_ONCE)
    query = day
    while rows := connection.execute(query).mappings().all():
        connection.rollback()  # SQLite refuses writers while a query is open
        found = [_row(table.name, instant.name, row) for row in rows]
        yield pa.Table.from_pylist(found, schema=MEASUREMENTS)
        query = day.where(tuple_(*order) > tuple_(*(rows[-1][column.name] for column in order)))


def _bound(instant: Column[datetime], at: datetime) -> datetime:
    # Without zones (SQLite) the column is in UTC.
    zoned = getattr(instant.type, "timezone", False)
    return at if zoned else at.replace(tzinfo=None)


def _row(table: str, instant: str, row: RowMapping) -> dict[str, object]:
    columns = dict(row)
    payload = columns.pop("payload", columns.pop("body", None))
    at = columns[instant]
    values = {name: _number(columns.get(name)) for name in MEASURED}
    return {
        "table_name": table,
        "ts_utc": at if at.tzinfo else at.replace(tzinfo=UTC),
        "device_id": columns.get("device_id"),
        **values,
        "payload": payload if isinstance(payload, str | None) else _json(payload),
        "row": _json(columns),
    }


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _json(value: object) -> str:
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(value, default=str, option=options).decode()
