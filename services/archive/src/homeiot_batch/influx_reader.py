"""Reads meter readings from InfluxDB 1.x, and from 2.x by its InfluxQL compatibility.

Asked in short spans: an interrupted or limited query is answered with HTTP 200 and a part of the
rows (InfluxDB 1.6.7), so each span's values are counted by the server and compared. Casts read
every type that a field has had: a plain field shows only that of one shard. JSON, since CSV writes
an empty string as it writes nothing.
"""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import httpx
import orjson
import pyarrow as pa

from homeiot_batch.errors import ConfigurationError, SourceError
from homeiot_batch.transform import PLACE, READINGS, VALUES, Span, hours

LOG = logging.getLogger(__name__)
DEADLINE_SECONDS = 120.0
MAX_ROWS_IN_MEMORY = 100_000
MIN_SPAN = timedelta(milliseconds=1)
MAX_ATTEMPTS = 3
# A cast to float reads integers as well; a boolean is no number, but it was stored.
CAST_OF_TYPE = {"float": "float", "integer": "float", "string": "string", "boolean": "boolean"}
REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
SOURCE = "source"

type Rows = dict[str, list]  # the values of each column


@dataclass(frozen=True, slots=True)
class InfluxAddress:
    """Where the readings are and who asks. `retention_policy` None: the database's default."""

    url: str
    database: str
    measurement: str
    retention_policy: str | None = None
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One field read as one type, such as `energy_import_kwh` as `string`."""

    field: str
    cast: str

    @property
    def alias(self) -> str:
        """The name of the column in answers."""
        return f"{self.field}__{self.cast}"

    @property
    def query(self) -> str:
        """The field as InfluxQL."""
        return f"{quoted(self.field)}::{self.cast}"


def quoted(identifier: str) -> str:
    """Return an identifier as InfluxQL, whatever characters it has."""
    escaped = identifier.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def read_readings(address: InfluxAddress, span: Span) -> Iterator[pa.Table]:
    """Return the readings of a span in order of time, a part of an hour at a time.

    Raises:
        ConfigurationError: Login, database or measurement are wrong.
        SourceError: It does not answer, or incompletely.
    """
    with InfluxReader(address) as reader:
        columns = reader.read_columns()
        for hour in hours(span):
            yield from reader.read_span(hour, columns)


class InfluxReader:
    """One connection to one measurement."""

    def __init__(self, address: InfluxAddress) -> None:
        self._address = address
        self._http = httpx.Client(base_url=address.url, trust_env=False, timeout=DEADLINE_SECONDS)

    def __enter__(self) -> Self:
        self._log_in()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read_columns(self) -> list[Column]:
        """Return every field of the archive in every type that is stored.

        Raises:
            ConfigurationError: The database has other measurements, but not this one.
        """
        names = f"ON {quoted(self._address.database)} FROM {self._measurement}"
        types = {Column(name, CAST_OF_TYPE[kind]) for name, kind in self._field_types(names)}
        if not types:
            self._check_measurement()
        return sorted(types, key=lambda column: (VALUES.index(column.field), column.cast))

    def _field_types(self, names: str) -> list[tuple[str, str]]:
        found = self._series(f"SHOW FIELD KEYS {names}")
        rows = [row for series in found for row in series["values"]]
        return [(name, kind) for name, kind in rows if name in VALUES and kind in CAST_OF_TYPE]

    def read_span(self, span: Span, columns: list[Column]) -> Iterator[pa.Table]:
        """Return the readings of a span, split where they are many or an answer is cut."""
        if not columns:
            return
        counts = self._counts(span, columns)
        if not any(counts.values()):
            return
        if max(counts.values()) <= MAX_ROWS_IN_MEMORY or not _is_divisible(span):
            table = self._complete(span, columns, counts)
            if table is not None:
                yield table
                return
        if not _is_divisible(span):
            message = (
                f"InfluxDB answers only a part of {span.start} to {span.end}: is max-row-limit"
            )
            message += " below the points of a millisecond, or does something end its queries?"
            raise SourceError(message)
        for half in span.halves():
            yield from self.read_span(half, columns)

    def _complete(
        self, span: Span, columns: list[Column], counts: Mapping[str, int]
    ) -> pa.Table | None:
        """Return the readings of a span; None when they are not as many as counted, again."""
        for _ in range(MAX_ATTEMPTS):
            rows = self._rows(span, columns)
            found = {each.alias: _stored(rows[each.alias]) for each in columns}
            if found == counts:
                return _readings(rows, columns)
            LOG.warning("InfluxDB counts %s and answers %s; trying again", counts, found)
            counts = self._counts(span, columns)  # a late point may have arrived in between
        return None

    def _counts(self, span: Span, columns: list[Column]) -> dict[str, int]:
        selected = ", ".join(f"count({each.query}) AS {quoted(each.alias)}" for each in columns)
        query = f"SELECT {selected} FROM {self._measurement} WHERE {_within(span)}"  # noqa: S608 - quoted
        found = self._series(query)
        if not found:
            return dict.fromkeys((each.alias for each in columns), 0)
        (series,) = found
        (row,) = series["values"]
        return {
            name: value or 0
            for name, value in zip(series["columns"], row, strict=True)
            if name != "time"
        }

    def _rows(self, span: Span, columns: list[Column]) -> Rows:
        selected = ", ".join(f"{each.query} AS {quoted(each.alias)}" for each in columns)
        query = f"SELECT {selected}, {quoted(SOURCE)}::tag AS {quoted(SOURCE)} "
        query += f"FROM {self._measurement} WHERE {_within(span)}"
        names = ["time", *(each.alias for each in columns), SOURCE]
        found = self._series(query)
        return _table(names, [row for series in found for row in series["values"]])

    @property
    def _measurement(self) -> str:
        names = (self._address.retention_policy, self._address.measurement)
        return ".".join(quoted(name) for name in names if name)

    def _check_measurement(self) -> None:
        found = self._series("SHOW MEASUREMENTS")
        names = [row[0] for series in found for row in series["values"]]
        wanted = self._address.measurement
        if wanted in names:
            LOG.warning("measurement %s has none of the fields %s", wanted, ", ".join(VALUES))
        elif names:
            message = f"InfluxDB's database {self._address.database} has no measurement {wanted}; "
            message += f"INFLUX_MEASUREMENT may be one of: {', '.join(sorted(names)[:10])}"
            raise ConfigurationError(message)
        else:
            LOG.warning("InfluxDB's database %s is empty", self._address.database)

    def _log_in(self) -> None:
        """Choose the login by the server's version, which it returns without any."""
        version = self._get("/ping", {}).headers.get("X-Influxdb-Version", "")
        is_second = version.lstrip("v").startswith(("2", "3"))
        address = self._address
        if address.token and (is_second or not address.username):
            self._http.headers["Authorization"] = f"Token {address.token}"
            LOG.info("InfluxDB %s: INFLUX_TOKEN is used", version)
        elif address.username:
            self._http.auth = httpx.BasicAuth(address.username, address.password or "")
            LOG.info("InfluxDB %s: INFLUX_USERNAME is used", version)

    def _series(self, query: str) -> list[dict]:
        """Return the series of a query's one result."""
        answer = self._ask(query)
        try:
            (result,) = orjson.loads(answer.content)["results"]
        except (ValueError, KeyError) as error:
            message = f"InfluxDB's answer has no result: {answer.text[:200]}"
            raise SourceError(message) from error
        if "error" in result:
            message = f"InfluxDB: {result['error']}"
            # A database that is not there is HTTP 200 and this text.
            wrong = "not found" in result["error"]
            raise (ConfigurationError if wrong else SourceError)(message)
        return result.get("series", [])

    def _ask(self, query: str) -> httpx.Response:
        return self._get("/query", {"db": self._address.database, "q": query, "epoch": "ns"})

    def _get(self, path: str, params: dict[str, str]) -> httpx.Response:
        try:
            answer = self._http.get(path, params=params)
        except httpx.HTTPError as error:
            message = f"InfluxDB at {self._address.url}: {error or type(error).__name__}"
            raise SourceError(message) from error
        if answer.status_code in REFUSED:
            message = (
                f"InfluxDB refuses the login ({answer.status_code}): {answer.text[:200].strip()}"
            )
            raise ConfigurationError(message)
        if answer.is_error:
            message = f"InfluxDB answers {answer.status_code}: {answer.text[:200].strip()}"
            raise SourceError(message)
        return answer


def _table(names: list[str], rows: list[list]) -> Rows:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _readings(rows: Rows, columns: list[Column]) -> pa.Table:
    """Return the columns of the archive; rows of one instant in an order of their own."""
    microseconds = [nanoseconds // 1000 for nanoseconds in rows["time"]]
    readings = {
        "ts_utc": microseconds,
        SOURCE: rows[SOURCE],
        **{name: _values(rows, name, columns) for name in VALUES},
        **{name: [None] * len(microseconds) for name in PLACE},
    }
    order = [(name, "ascending") for name in ("ts_utc", SOURCE, *VALUES)]
    return pa.table(readings, schema=READINGS).sort_by(order)


def _values(rows: Rows, name: str, columns: list[Column]) -> list[float | None]:
    """Return one field of all its types as numbers: NaN where something is stored that is none."""
    stored = [rows[each.alias] for each in columns if each.field == name]
    if not stored:
        return [None] * len(rows["time"])
    return [
        next((_number(value) for value in values if value is not None), None)
        for values in zip(*stored, strict=True)
    ]


def _stored(values: list) -> int:
    return sum(value is not None for value in values)


def _number(value: float | str | bool | None) -> float | None:  # noqa: FBT001 - as JSON has it
    """Return a stored value as a number. Text may be one; a boolean is not."""
    if value is None or type(value) is float:
        return value
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except ValueError:
        return math.nan


def _is_divisible(span: Span) -> bool:
    return span.end - span.start > MIN_SPAN


def _within(span: Span) -> str:
    return f"time >= {_nanoseconds(span.start)} AND time < {_nanoseconds(span.end)}"


def _nanoseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
