"""Measurements as JSON, CSV or NDJSON, and the cursor between two pages."""

import base64
import binascii
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from measurements.parse import JSON, NDJSON
from measurements.query import Cursor
from service_kit.problems import wrong_input

CSV = "text/csv"
MEDIA_TYPES = (JSON, CSV, NDJSON)

COLUMNS: Mapping[str, str] = {
    "deviceId": "device_id",
    "recordedAt": "recorded_at",
    "receivedAt": "received_at",
    "boot": "boot",
    "seq": "seq",
    "temperature": "temperature",
    "humidity": "humidity",
    "voltage_v": "voltage_v",
    "current_ma": "current_ma",
    "power_mw": "power_mw",
    "payload": "payload",
}


def chosen_media_type(accept: str) -> str:
    """Return the first type of an Accept header that there is; JSON where none is named."""
    asked = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((each for each in asked if each in MEDIA_TYPES), JSON)


def write_rows(rows: Sequence[Row], media_type: str, following: str | None) -> bytes:
    """Return the body of a page.

    Args:
        rows: Of `select_page`.
        media_type: One of MEDIA_TYPES.
        following: The cursor of the next page; only JSON has it in the body.
    """
    documents = [_document(row) for row in rows]
    match media_type:
        case "text/csv":
            return _csv(documents)
        case "application/x-ndjson":
            return b"".join(orjson.dumps(each) + b"\n" for each in documents)
        case _:
            return orjson.dumps({"measurements": documents, "next": following})


def _document(row: Row) -> dict[str, Any]:
    return {name: getattr(row, column) for name, column in COLUMNS.items()}


def _csv(documents: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in each.items()} for each in documents)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def write_cursor(row: Row) -> str:
    """Return the cursor behind a row."""
    text = orjson.dumps([row.recorded_at, row.id])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def parse_cursor(text: str) -> Cursor:
    """Return what `write_cursor` wrote.

    Raises:
        ProblemError: It is something else.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        at, row_id = orjson.loads(base64.urlsafe_b64decode(padded))
        return Cursor(datetime.fromisoformat(at), int(row_id))
    except (ValueError, TypeError, binascii.Error):
        message = "It is not a cursor of this service."
        way_out = "Send `next` of the page before as it is."
        raise wrong_input(message, where="query.cursor", what_to_do=way_out) from None
