"""Send `temp.csv` and `elect.csv` of a board to the API: measurements from before the service.

By default they have what the firmware appends: no header; `recordedAt, °C`, or `recordedAt, V, mA,
mW`. A mapping has other columns, by their numbers from 1 or by the names of a header.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

FORMS: Mapping[str, tuple[str, ...]] = {
    "temp": ("recordedAt", "temperature"),
    "elect": ("recordedAt", "voltage_v", "current_ma", "power_mw"),
}
# What a unit of the file comes to in that of the API.
UNITS: Mapping[str, Decimal] = {
    "V": Decimal(1), "mV": Decimal("0.001"), "mA": Decimal(1), "A": Decimal(1000),
    "mW": Decimal(1), "W": Decimal(1000), "C": Decimal(1), "%": Decimal(1),
}  # fmt: skip
ON_TOP = ("temperature", "humidity")


class RowError(Exception):
    """A row that cannot be sent; the message has its line."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a file has.

    Attributes:
        columns: The field of the API for each column; empty where a column is left out.
        factors: By field, what its unit comes to.
        zone: Of instants without an offset; None refuses them.
        has_header: Whether the first row has names.
    """

    columns: Sequence[str]
    factors: Mapping[str, Decimal]
    zone: ZoneInfo | None
    has_header: bool


def parse_mapping(text: str) -> dict[str, tuple[str, str]]:
    """Parse `recordedAt=time,power_mw=watts:W` into (column, unit) by field.

    Raises:
        ValueError: It has another form, or a field or unit that there is not.
    """
    found = {}
    fields = {"recordedAt", "temperature", "humidity", "voltage_v", "current_ma", "power_mw"}
    for part in text.split(","):
        field, _, rest = part.strip().partition("=")
        column, _, unit = rest.partition(":")
        if field not in fields or not column or (unit and unit not in UNITS):
            message = f"{part!r} is not FIELD=COLUMN or FIELD=COLUMN:UNIT"
            raise ValueError(message)
        found[field] = column, unit
    if "recordedAt" not in found:
        message = "the mapping has no recordedAt"
        raise ValueError(message)
    return found


def form_of(
    rows: Sequence[Sequence[str]], kind: str, mapping: Mapping[str, tuple[str, str]],
    zone: ZoneInfo | None,
) -> Form:  # fmt: skip
    """Return the form of a file from its first row.

    Raises:
        RowError: A column of the mapping is not there.
    """
    first = [cell.strip() for cell in rows[0]] if rows else []
    if not mapping:
        return Form(FORMS[kind], {}, zone, has_header=bool(first) and not first[0][:1].isdigit())
    by_number = all(column.isdigit() for column, _ in mapping.values())
    columns = [""] * len(first)
    for field, (column, _) in mapping.items():
        place = int(column) - 1 if by_number else first.index(column) if column in first else -1
        if not 0 <= place < len(first):
            message = f"line 1: there is no column {column}"
            raise RowError(message)
        columns[place] = field
    factors = {field: UNITS[unit] for field, (_, unit) in mapping.items() if unit}
    return Form(columns, factors, zone, has_header=not by_number)


def parse_rows(
    rows: Iterable[Sequence[str]], form: Form, device_id: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the measurements of a file with their lines, from 1.

    Raises:
        RowError: A row is not of this form.
    """
    for line, row in enumerate(rows, 1):
        if (line == 1 and form.has_header) or not row:
            continue
        try:
            yield line, _measurement(row, form, device_id)
        except (ValueError, InvalidOperation) as error:
            message = f"line {line}: {error} in {','.join(row)!r}"
            raise RowError(message) from None


def _measurement(row: Sequence[str], form: Form, device_id: str) -> dict[str, Any]:
    cells = dict(zip(form.columns, (cell.strip() for cell in row), strict=True))
    document: dict[str, Any] = {"deviceId": device_id, "payload": {}}
    document["recordedAt"] = _instant(cells.pop("recordedAt"), form.zone)
    for field, cell in cells.items():
        if field:
            place = document if field in ON_TOP else document["payload"]
            place[field] = _number(cell, form.factors.get(field, Decimal(1)))
    return document


def _instant(text: str, zone: ZoneInfo | None) -> str:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        if zone is None:
            message = "an instant without an offset needs --zone"
            raise ValueError(message)
        at = at.replace(tzinfo=zone)
    return at.isoformat()


def _number(text: str, factor: Decimal) -> float | None:
    if not text or text.lower() in {"null", "nan"}:
        return None
    value = Decimal(text) * factor
    if not value.is_finite():
        message = f"{text} is not a number"
        raise ValueError(message)
    return float(value)


def read_rows(lines: Iterable[str]) -> list[list[str]]:
    """Return the rows of a file."""
    return list(csv.reader(lines))
