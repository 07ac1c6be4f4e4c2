"""From readings to rows: days, columns, missing values. No server is needed."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from homeiot_batch.transform import (
    READINGS,
    RowContext,
    Span,
    archive_rows,
    hours,
    local_day,
    row_schema,
    yesterday,
)

TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 27, 15, 5, tzinfo=UTC)
CONTEXT = RowContext(date(2026, 11, 27), TOKYO, NOW, "meter1")

# What users of the archive read by position, and what follows. Changing it breaks them.
GOLDEN_COLUMNS = [
    ("ts_utc", "timestamp[us, tz=UTC]"),
    ("ts_jst", "timestamp[us, tz=Asia/Tokyo]"),
    ("source", "string"),
    ("instant_power_w", "double"),
    ("energy_import_kwh", "double"),
    ("energy_export_kwh", "double"),
    ("ingested_at", "timestamp[us, tz=UTC]"),
    ("quality", "string"),
    ("dt", "date32[day]"),
    ("house", "string"),
    ("room", "string"),
    ("shelf", "string"),
    ("device", "string"),
]


def readings(**columns: list[object]) -> pa.Table:
    """Readings with these columns; the others are null."""
    count = len(next(iter(columns.values())))
    rows = {name: columns.get(name, [None] * count) for name in READINGS.names}
    rows["ts_utc"] = columns.get("ts_utc", [AT + timedelta(minutes=n) for n in range(count)])
    return pa.table(rows, schema=READINGS)


def columns_of(schema: pa.Schema) -> list[tuple[str, str]]:
    return [(field.name, str(field.type)) for field in schema]


def test_the_columns_are_these_in_this_order() -> None:
    """Seven that users read by position, then six of ours."""
    assert columns_of(row_schema(TOKYO)) == GOLDEN_COLUMNS


def test_a_house_elsewhere_has_its_own_local_time_besides() -> None:
    """Nothing before it moves."""
    berlin = ("ts_local", "timestamp[us, tz=Europe/Berlin]")
    assert columns_of(row_schema(ZoneInfo("Europe/Berlin"))) == [*GOLDEN_COLUMNS, berlin]


def test_a_row_is_this_tuple() -> None:
    """Instants with their zones, the values as they were, the local day."""
    (row,) = archive_rows(
        readings(
            source=["meter2"],
            instant_power_w=[120.5],
            energy_import_kwh=[1001.25],
            energy_export_kwh=[3.5],
            device=["fridge"],
        ),
        CONTEXT,
    ).to_pylist()
    local = datetime(2026, 11, 27, 0, 0, tzinfo=TOKYO)
    assert tuple(row.values()) == (
        AT,
        local,
        "meter2",
        120.5,
        1001.25,
        3.5,
        NOW,
        "measured",
        date(2026, 11, 27),
        None,
        None,
        None,
        "fridge",
    )
    assert row["ts_jst"].isoformat() == "2026-11-27T00:00:00+09:00"


def test_a_missing_value_is_zero_and_named() -> None:
    """A measured 0 and a value that was never there look the same but for `quality`."""
    rows = archive_rows(
        readings(
            instant_power_w=[0.0, None, 5.0],
            energy_import_kwh=[0.0, 1.0, None],
            energy_export_kwh=[0.0, None, None],
        ),
        CONTEXT,
    ).to_pylist()
    assert [row["quality"] for row in rows] == [
        "measured",
        "instant_power_w:missing energy_export_kwh:missing",
        "energy_import_kwh:missing energy_export_kwh:missing",
    ]
    assert [row["instant_power_w"] for row in rows] == [0.0, 0.0, 5.0]
    assert [row["energy_import_kwh"] for row in rows] == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_zero_and_invalid(nonsense: float) -> None:
    """It would make every sum NaN; `invalid` distinguishes it from what was never stored."""
    (row,) = archive_rows(readings(instant_power_w=[nonsense]), CONTEXT).to_pylist()
    assert row["instant_power_w"] == 0.0
    assert row["quality"].startswith("instant_power_w:invalid energy_import_kwh:missing")


def test_a_row_without_a_source_gets_the_default() -> None:
    """Points of InfluxDB without the tag, by SOURCE_DEFAULT."""
    rows = archive_rows(readings(source=[None, "meter9"]), CONTEXT)
    assert rows["source"].to_pylist() == ["meter1", "meter9"]


def test_yesterday_is_the_houses() -> None:
    """At 00:05 in Japan it is still the day before in UTC."""
    assert yesterday(NOW, TOKYO) == date(2026, 11, 27)
    assert yesterday(NOW, ZoneInfo("Europe/Berlin")) == date(2026, 11, 26)


def test_a_day_in_japan_begins_at_15_utc() -> None:
    """Half-open: the next day begins where it ends."""
    day = local_day(date(2026, 11, 27), TOKYO)
    assert day == Span(AT, AT + timedelta(days=1))
    assert local_day(date(2026, 11, 28), TOKYO).start == day.end


@pytest.mark.parametrize(
    ("zone", "day", "start", "length_hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00", 23),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00", 25),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00", 23),  # it has no midnight
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04T13:00", 24.5),
    ],
)
def test_a_day_with_a_change_of_clocks_has_its_own_length(
    zone: str, day: date, start: str, length_hours: float
) -> None:
    """And its hours, the last one shorter where it must be, cover it without gap or overlap."""
    span = local_day(day, ZoneInfo(zone))
    assert span.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert span.end - span.start == timedelta(hours=length_hours)
    pieces = hours(span)
    assert len(pieces) == math.ceil(length_hours)
    assert [pieces[0].start, *(piece.end for piece in pieces)] == [
        *(piece.start for piece in pieces),
        span.end,
    ]
