"""Unit prices as CSV. Pure."""

import csv
import io
import re
from collections.abc import Sequence

from pydantic import ValidationError

from bff.prices.schemas import PriceInput, PriceRow
from service_kit.problems import ProblemError, wrong_input

COLUMNS = ("price_per_kwh", "valid_from", "valid_to", "direction", "note")
NEEDED = COLUMNS[:2]
# A spreadsheet takes a text that begins so for a formula; after an apostrophe it is text.
FORMULA = re.compile(r"'*[=+\-@\t\r]")


def write_prices(rows: Sequence[PriceRow]) -> str:
    """Return prices as a file that `parse_prices` reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        shown = row.model_dump(mode="json")
        shown["note"] = _escape(row.note)
        writer.writerow(["" if shown[name] is None else shown[name] for name in COLUMNS])
    return out.getvalue()


def parse_prices(content: bytes) -> list[PriceInput]:
    """Return the prices of a file.

    Raises:
        ProblemError: 422, with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    if missing := [name for name in NEEDED if name not in (reader.fieldnames or ())]:
        message = f"the first line lacks {', '.join(missing)}"
        raise _refused(message)
    return [_price(row, number) for number, row in enumerate(reader, start=2)]


def _escape(note: str) -> str:
    return f"'{note}" if FORMULA.match(note) else note


def _unescape(note: str) -> str:
    return note[1:] if note.startswith("'") and FORMULA.match(note) else note


def _price(row: dict[str, str | None], number: int) -> PriceInput:
    given = {name: text for name in COLUMNS if (text := row.get(name))}
    if "note" in given:
        given["note"] = _unescape(given["note"])
    try:
        return PriceInput.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(step) for step in fault["loc"])
        message = f"line {number}: {where}: {fault['msg']}"
        raise _refused(message) from None


def _refused(message: str) -> ProblemError:
    return wrong_input(message, where="body", what_to_do="Correct the file and send it again.")
