"""InfluxDB's line protocol. Fields are always floats, so that a field never changes its type.

Escapes after the InfluxDB 1.x and 2.x reference: a measurement escapes comma and space; tag keys,
tag values and field keys also the equals sign. A line feed has no escape, and a backslash at the
end would escape the separator behind it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from timeseries_io.errors import BadPointError

_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ "})
_KEY = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})


@dataclass(frozen=True, slots=True)
class Point:
    """Values of one instant. A tag with an empty value is left out, as InfluxDB cannot keep it.

    Attributes:
        at_ns: Unix nanoseconds.
    """

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, float]
    at_ns: int


def encode_point(point: Point) -> str:
    """Return the point as one line, tags and fields sorted by name.

    Raises:
        BadPointError: A name or value has no form in the line protocol.
    """
    tags = "".join(
        f",{_escape(key, _KEY)}={_escape(value, _KEY)}"
        for key, value in sorted(point.tags.items())
        if value
    )
    fields = ",".join(
        f"{_escape(key, _KEY)}={_float(value)}" for key, value in sorted(point.fields.items())
    )
    if not fields:
        message = f"the point of {point.measurement!r} has no field"
        raise BadPointError(message)
    return f"{_escape(point.measurement, _MEASUREMENT)}{tags} {fields} {point.at_ns:d}"


def _escape(text: str, table: dict[int, str]) -> str:
    if not text or "\n" in text or "\r" in text or text.endswith("\\"):
        message = f"{text!r} has no form in the line protocol"
        raise BadPointError(message)
    return text.translate(table)


def _float(value: float) -> str:
    if not math.isfinite(value):
        message = f"{value} has no form in the line protocol"
        raise BadPointError(message)
    return repr(float(value))
