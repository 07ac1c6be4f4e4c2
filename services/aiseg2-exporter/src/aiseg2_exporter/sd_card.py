"""The unit's SD-card export: CSV files of energy by half hour, hour, day, month and year. Pure.

Facts from the export of one unit: UTF-8 with a byte order mark, LF; watt-hours as integers, `-` for
an absent value; the first column is the start of the interval, in another form in each layer, and
`-` in an empty row. Headers repeat and are the names at the time of the export put over all the
past, so columns are taken by position: branch circuits follow the ids of the catalogue from 8.
Layers add up exactly, so each interval is taken from the finest layer that has it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiseg2_exporter.parse import ZONE

HISTORY = re.compile(r"(30min|hour|day|month)history_rc_\d+\.csv$|yearhistory_total_rc\.csv$")
MAX_FILE_BYTES = 64 * 2**20
BATTERY_CHARGE, BATTERY_DISCHARGE, CAR_DISCHARGE = 2, 3, 11
COLUMN_OF_SOURCE = {
    "battery_charge": BATTERY_CHARGE,
    "battery_discharge": BATTERY_DISCHARGE,
    "bought": 4,
    "sold": 5,
    "heat_pump": 8,
}
GENERATION_COLUMNS = (1, 6, 7, 9)
FIRST_BRANCH_COLUMN, FIRST_BRANCH_ID = 20, 8
KNOWN_HEADERS = {4: "主幹買電", 5: "主幹売電"}
USE_HEADER = "使用電力量"
MAX_REPORTED = 5


class SdCardError(Exception):
    """A file is not what the export of an AiSEG2 has."""


@dataclass(frozen=True, slots=True)
class Row:
    """The energies of one interval [start, end) in watt-hours, by the id of a source."""

    start: datetime
    end: datetime
    energy_wh: Mapping[str, int]
    balances: bool

    @property
    def duration(self) -> timedelta:
        """Return the length of the interval."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Interval:
    """The energy of one source in [start, end)."""

    start: datetime
    end: datetime
    energy_wh: int


def load_rows(path: Path) -> list[Row]:
    """Return the rows of all history files of a ZIP or a folder.

    Raises:
        SdCardError: There is none, or one is not such a file.
        OSError: It cannot be read.
    """
    rows = [row for name, body in _load_files(path) for row in parse_history(name, body)]
    if not rows:
        message = f"{path} has no history of an AiSEG2 (30minhistory_rc_….csv and others)"
        raise SdCardError(message)
    return rows


def _load_files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.csv")):
            if HISTORY.search(file.name):
                yield file.name, file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if HISTORY.search(info.filename):
                    if info.file_size > MAX_FILE_BYTES:
                        message = f"{info.filename} is too large ({info.file_size} bytes)"
                        raise SdCardError(message)
                    yield info.filename, archive.read(info)
    except zipfile.BadZipFile:
        message = f"{path} is neither a folder nor a ZIP"
        raise SdCardError(message) from None


def parse_history(name: str, body: bytes) -> Iterator[Row]:
    """Yield the rows of one file that have an interval.

    One that is cut, because power was lost while the card was written, is left out: the end of its
    last number may be missing. A coarser layer has its energy.

    Raises:
        SdCardError: Its columns or its rows are not those of an export.
    """
    try:
        header, *lines = csv.reader(io.StringIO(body.decode("utf-8-sig")))
        use_column = _use_column(header)
        for line in lines:
            if len(line) == len(header) and line[0] != "-":
                yield _row(line, use_column)
    except (ValueError, IndexError, KeyError, OverflowError, csv.Error) as error:
        message = f"{name} is not a history of an AiSEG2 ({error})"
        raise SdCardError(message) from None


def _use_column(header: Sequence[str]) -> int:
    for column, title in KNOWN_HEADERS.items():
        if header[column] != title:
            message = f"column {column + 1} is {header[column]!r}, not {title!r}"
            raise ValueError(message)
    return header.index(USE_HEADER)


def _row(line: Sequence[str], use_column: int) -> Row:
    start, end = parse_interval(line[0])
    # An energy below 0 is as absent as a dash.
    numbers = {i: text for i, text in enumerate(line[: use_column + 1]) if text[:1] != "-"}
    values = {i: int(text) for i, text in numbers.items() if i}
    columns = {source: column for source, column in COLUMN_OF_SOURCE.items() if column in values}
    energy_wh = {source: values[column] for source, column in columns.items()}
    energy_wh |= {
        str(column - FIRST_BRANCH_COLUMN + FIRST_BRANCH_ID): values[column]
        for column in range(FIRST_BRANCH_COLUMN, use_column)
        if column in values
    }
    if generation := [values[column] for column in GENERATION_COLUMNS if column in values]:
        energy_wh["generation"] = sum(generation)
    if use_column in values:
        energy_wh["use"] = values[use_column]
    return Row(start, end, energy_wh, _balances(values, energy_wh))


def _balances(values: Mapping[int, int], energy_wh: Mapping[str, int]) -> bool:
    if not {"use", "bought"} <= energy_wh.keys():
        return True
    supply = energy_wh["bought"] - energy_wh.get("sold", 0) + energy_wh.get("generation", 0)
    supply += values.get(BATTERY_DISCHARGE, 0) - values.get(BATTERY_CHARGE, 0)
    supply += values.get(CAR_DISCHARGE, 0)
    return energy_wh["use"] == supply


def parse_interval(text: str) -> tuple[datetime, datetime]:
    """Return the interval of a first column: half hour, hour, day, month or year.

    Raises:
        ValueError: It is none of these.
    """
    forms = {17: "%Y%m%d%H%M%z", 15: "%Y%m%d%H%z", 8: "%Y%m%d", 6: "%Y%m", 4: "%Y"}
    if len(text) not in forms:
        message = f"{text!r} is no interval"
        raise ValueError(message)
    start = datetime.strptime(text, forms[len(text)]).replace(tzinfo=ZONE)
    match len(text):
        case 17:
            return start, start + timedelta(minutes=30)
        case 15:
            return start, start + timedelta(hours=1)
        case 8:
            return start, start + timedelta(days=1)
        case 6:
            return start, (start + timedelta(days=31)).replace(day=1)
        case _:
            return start, start.replace(year=start.year + 1)


def list_intervals(rows: Iterable[Row], source_id: str) -> list[Interval]:
    """Return the energy of a source, each instant once, from the finest layer that has it.

    Where a coarse interval is covered in part, and what is left is one piece, that piece gets the
    rest of its energy.
    """
    found: list[Interval] = []
    for row in sorted(rows, key=lambda row: (row.duration, row.start)):
        if source_id in row.energy_wh:
            found += _uncovered(row, row.energy_wh[source_id], found)
    return sorted(found, key=lambda interval: interval.start)


def _uncovered(row: Row, energy_wh: int, finer: Sequence[Interval]) -> list[Interval]:
    inside = sorted(
        (each for each in finer if row.start <= each.start and each.end <= row.end),
        key=lambda each: each.start,
    )
    edges = [row.start, *(t for each in inside for t in (each.start, each.end)), row.end]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    rest_wh = energy_wh - sum(each.energy_wh for each in inside)
    if len(pieces) != 1 or rest_wh < 0:
        return []
    return [Interval(*pieces[0], rest_wh)]


def describe_imbalances(rows: Sequence[Row]) -> list[str]:
    """Return lines about the rows in which use is not bought - sold + generation."""
    bad = [row for row in rows if not row.balances]
    if not bad:
        return []
    shown = ", ".join(f"{row.start:%Y-%m-%d %H:%M}" for row in bad[:MAX_REPORTED])
    return [f"use is not bought - sold + generation in {len(bad)} intervals: {shown}"]
