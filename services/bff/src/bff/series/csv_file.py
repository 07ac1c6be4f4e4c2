"""CSV files of rates: our own, lists of months, and JEPX' spot prices as published. Pure.

JEPX publishes `spot_summary_<fiscal year>.csv` in cp932, one row for each day and half-hour:
受渡日 (年月日 in older files), 時刻コード 1…48 from 00:00 JST on, and a price for each area.
Columns are found by name: their order differs between years.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bff.db.tables import Series
from bff.energy import plain
from bff.series.keys import (
    Amount,
    BadValueError,
    parse_amount,
    parse_day,
    parse_key,
    parse_value,
    slot_key,
    unsigned_among_signed,
)

ENCODINGS = ("utf-8-sig", "cp932")
JEPX_DAYS = ("受渡日", "年月日")
JEPX_SLOT = "時刻コード"
JEPX_ZONE = ZoneInfo("Asia/Tokyo")
JEPX_MINUTES = 30
JEPX_SLOTS = range(1, 49)
MAX_NAMED = 12

type Row = tuple[int, Mapping[str, str]]


def parse_csv(series: Series, content: bytes, column: str | None) -> dict[str, str]:
    """Return the values of a file by key.

    Args:
        series: What the file has values of.
        content: The file.
        column: A part of the name of the column with the values; by default the second one.

    Raises:
        BadValueError: It cannot be read, or a sign may be lost.
    """
    names, rows = _read(_decoded(content))
    is_jepx = JEPX_SLOT in names
    if is_jepx and series.period != "slot":
        message = "a file of the market's slots belongs into a series of slots"
        raise BadValueError(message)
    keys = [name for name in names if name in {*JEPX_DAYS, JEPX_SLOT}] if is_jepx else names[:1]
    value_name = _value_column([name for name in names if name not in keys], column)
    read = [
        (
            _jepx_key(series, row, keys, number)
            if is_jepx
            else _key(series, row[names[0]], number),
            row[value_name],
            number,
        )
        for number, row in rows
        if row[value_name].strip()
    ]
    _refuse_twice(read)
    return dict(_values(series, read))


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    message = "the file is neither UTF-8 nor cp932 (Shift_JIS)"
    raise BadValueError(message)


def _read(text: str) -> tuple[list[str], list[Row]]:
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or len(lines[0]) < 2:  # noqa: PLR2004 - a key and a value
        message = "the first line must name at least two columns, such as key,value"
        raise BadValueError(message)
    names = [name.strip() for name in lines[0]]
    rows: list[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) < len(names):
            message = f"line {number} has {len(line)} columns, the first line has {len(names)}"
            raise BadValueError(message)
        rows.append((number, dict(zip(names, line, strict=False))))
    return names, rows


def _value_column(names: Sequence[str], wanted: str | None) -> str:
    if wanted is None:
        if len(names) == 1:
            return names[0]
        message = f"which column? Send column: one of {', '.join(names[:MAX_NAMED])}"
        raise BadValueError(message)
    found = [name for name in names if name == wanted] or [name for name in names if wanted in name]
    if len(found) != 1:
        message = f"'{wanted}' fits {len(found)} of the columns {', '.join(names[:MAX_NAMED])}"
        raise BadValueError(message)
    return found[0]


def _key(series: Series, text: str, number: int) -> str:
    try:
        return parse_key(series, text)
    except BadValueError as error:
        message = f"line {number}: {error}"
        raise BadValueError(message) from None


def _jepx_key(series: Series, row: Mapping[str, str], keys: Sequence[str], number: int) -> str:
    day_name = next((name for name in keys if name in JEPX_DAYS), None)
    if day_name is None or series.slot_minutes != JEPX_MINUTES:
        message = f"JEPX' files have {' or '.join(JEPX_DAYS)}, and slots of {JEPX_MINUTES} minutes"
        raise BadValueError(message)
    try:
        day, slot = parse_day(row[day_name].strip()), JEPX_SLOTS.index(int(row[JEPX_SLOT]))
    except ValueError:
        message = f"line {number}: '{row[day_name]}' '{row[JEPX_SLOT]}' is no day and slot 1…48"
        raise BadValueError(message) from None
    midnight = datetime(day.year, day.month, day.day, tzinfo=JEPX_ZONE)
    return slot_key(midnight + slot * timedelta(minutes=JEPX_MINUTES), JEPX_MINUTES)


def _refuse_twice(read: Sequence[tuple[str, str, int]]) -> None:
    lines: dict[str, int] = {}
    for key, _, number in read:
        if key in lines:
            message = f"lines {lines[key]} and {number} both have {key}"
            raise BadValueError(message)
        lines[key] = number


def _values(series: Series, read: Sequence[tuple[str, str, int]]) -> Iterator[tuple[str, str]]:
    if series.period == "day":
        yield from ((key, parse_value(series, text)) for key, text, _ in read)
        return
    amounts = [(key, _amount(text, number)) for key, text, number in read]
    # Of the market's prices the positive ones never have a sign.
    if series.period == "month" and (lost := unsigned_among_signed(amounts)):
        message = (
            f"no sign at {', '.join(lost[:MAX_NAMED])}, while other values have one:"
            " write + or - before each"
        )
        raise BadValueError(message)
    yield from ((key, plain(amount.value)) for key, amount in amounts)


def _amount(text: str, number: int) -> Amount:
    try:
        return parse_amount(text)
    except BadValueError as error:
        message = f"line {number}: {error}"
        raise BadValueError(message) from None


def write_csv(values: Sequence[tuple[str, str]]) -> str:
    """Return values as a file that `parse_csv` reads; amounts below and above zero with a sign."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("key", "value"))
    has_minus = any(value.startswith("-") for _, value in values)
    for key, value in values:
        is_amount = value[:1].isdigit()
        writer.writerow((key, f"+{value}" if has_minus and is_amount else value))
    return out.getvalue()
