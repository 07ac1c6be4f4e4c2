"""`python -m bench.storage`: ways to keep a year of slots, side by side.

DuckDB takes part when it is there: `uv run --with duckdb python -m bench.storage`.
"""

import importlib
import importlib.util
import logging
import sqlite3
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Protocol, override

import numpy as np

from bff.db.stored_days import pack_day, unpack_days
from bff.energy import Integers, Slots
from bff.time_grid import SLOT_MS, SLOTS_PER_DAY
from energy_rules.sources import amounts_of

DEVICES, DAYS, MONTH = 50, 360, range(200, 230)
QUARTERS = [(90 * quarter, 90 * quarter + 90) for quarter in range(4)]
SUMS = "sum(q0), sum(q1), sum(q2), sum(q3)"

LOG = logging.getLogger("bench.storage")


class Candidate(Protocol):
    """One way to keep slots, with what is done to them."""

    def write(self, device: int, days: range) -> None:
        """Replace whole days."""

    def commit(self) -> None:
        """What was written since is safe afterwards."""

    def year(self) -> object:
        """Sums by device and quarter."""

    def month(self) -> object:
        """The slots of a month of all devices."""


def made_up_slots() -> Integers:
    """Measured throughout; axes device, day, quantity, slot."""
    slots = np.zeros((DEVICES, DAYS, 4, SLOTS_PER_DAY), dtype=np.int64)
    slots[:, :, 0] = np.random.default_rng(7).integers(10**6, 4 * 10**8, slots[:, :, 0].shape)
    slots[:, :, 2] = SLOT_MS
    return slots


def _sqlite(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    db.executescript("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL")
    return db


class DayRows(Candidate):
    """SQLite, a row for each device and day: sums in an index, slots as bytes."""

    def __init__(
        self,
        file: Path,
        slots: Integers,
        pack: Callable[[bytes], bytes] = bytes,
        unpack: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self._slots, self._pack, self._unpack, self._db = slots, pack, unpack, _sqlite(file)
        columns = "device, day, q0, q1, q2, q3"
        self._db.execute(f"CREATE TABLE days ({columns}, slots, PRIMARY KEY (device, day))")
        self._db.execute(f"CREATE INDEX sums ON days ({columns})")

    @override
    def write(self, device: int, days: range) -> None:
        for day in days:
            slots = self._slots[device, day]
            source = np.zeros(SLOTS_PER_DAY, dtype=np.int64)
            packed = self._pack(pack_day(Slots(amounts_of(slots), source)))
            row = (device, day, *slots.sum(axis=1).tolist(), packed)
            self._db.execute("INSERT OR REPLACE INTO days VALUES (?,?,?,?,?,?,?)", row)

    @override
    def commit(self) -> None:
        self._db.commit()

    @override
    def year(self) -> object:
        query = f"SELECT device, {SUMS} FROM days WHERE day >= ? AND day < ? GROUP BY device"  # noqa: S608 - constant
        return [self._db.execute(query, quarter).fetchall() for quarter in QUARTERS]

    @override
    def month(self) -> object:
        query = "SELECT slots FROM days WHERE device = ? AND day BETWEEN ? AND ?"
        asked = [(device, MONTH[0], MONTH[-1]) for device in range(DEVICES)]
        rows = [row for each in asked for row in self._db.execute(query, each)]
        return unpack_days([self._unpack(packed) for (packed,) in rows])


class SlotRows(Candidate):
    """A row for each device and slot, in SQLite or DuckDB."""

    def __init__(self, db: Any, slots: Integers) -> None:  # noqa: ANN401 - either library's
        self._slots, self._db = slots, db
        columns = "device INTEGER, slot INTEGER, q0 BIGINT, q1 BIGINT, q2 BIGINT, q3 BIGINT"
        db.execute(f"CREATE TABLE slots ({columns}, PRIMARY KEY (device, slot))")

    @override
    def write(self, device: int, days: range) -> None:
        part = self._slots[device, days[0] : days[-1] + 1].transpose(0, 2, 1).reshape(-1, 4)
        first = days[0] * SLOTS_PER_DAY
        rows = [(device, first + slot, *row) for slot, row in enumerate(part.tolist())]
        self._db.executemany("INSERT OR REPLACE INTO slots VALUES (?,?,?,?,?,?)", rows)

    def _sums(self, start: int, end: int, group: str) -> object:
        return self._found(start, end, group).fetchall()

    def _found(self, start: int, end: int, group: str) -> Any:  # noqa: ANN401
        query = f"SELECT {group}, {SUMS} FROM slots WHERE slot >= ? AND slot < ? GROUP BY {group}"  # noqa: S608
        return self._db.execute(query, (start * SLOTS_PER_DAY, end * SLOTS_PER_DAY))

    @override
    def commit(self) -> None:
        self._db.commit()

    @override
    def year(self) -> object:
        return [self._sums(*quarter, "device") for quarter in QUARTERS]

    @override
    def month(self) -> object:
        return self._sums(MONTH[0], MONTH[-1] + 1, "device, slot")


class DuckRows(SlotRows):
    """DuckDB: columnar, and many times faster when it is handed columns."""

    @override
    def write(self, device: int, days: range) -> None:
        part = self._slots[device, days[0] : days[-1] + 1].transpose(1, 0, 2).reshape(4, -1)
        slots = list(range(days[0] * SLOTS_PER_DAY, (days[-1] + 1) * SLOTS_PER_DAY))
        query = "INSERT OR REPLACE INTO slots SELECT ?" + ", unnest(?)" * 5
        self._db.execute(query, [device, slots, *part.tolist()])

    @override
    def _sums(self, start: int, end: int, group: str) -> object:
        return self._found(start, end, group).fetchnumpy()


class FlatFile(Candidate):
    """A file of numbers read by offset. Nothing protects a write that is cut off."""

    def __init__(self, file: Path, slots: Integers) -> None:
        self._slots = slots
        self._there = np.memmap(file, np.int64, "w+", shape=slots.shape)

    @override
    def write(self, device: int, days: range) -> None:
        self._there[device, days[0] : days[-1] + 1] = self._slots[device, days[0] : days[-1] + 1]

    @override
    def commit(self) -> None:
        self._there.flush()

    @override
    def year(self) -> object:
        return [self._there[:, start:end].sum(axis=(1, 3)) for start, end in QUARTERS]

    @override
    def month(self) -> object:
        return np.array(self._there[:, MONTH[0] : MONTH[-1] + 1])


def candidates(folder: Path, slots: Integers) -> dict[str, Candidate]:
    """All that can be measured here, by name; each keeps its file under its own name."""
    found: dict[str, Candidate] = {
        "SQLite, a row a day": DayRows(folder / "SQLite, a row a day", slots),
        "SQLite, a row a day, zlib": DayRows(
            folder / "SQLite, a row a day, zlib",
            slots,
            lambda raw: zlib.compress(raw, 1),
            zlib.decompress,
        ),
        "SQLite, a row a slot": SlotRows(_sqlite(folder / "SQLite, a row a slot"), slots),
        "flat file": FlatFile(folder / "flat file", slots),
    }
    if importlib.util.find_spec("duckdb"):
        duckdb: Any = importlib.import_module("duckdb")
        name = "DuckDB, a row a slot"
        found[name] = DuckRows(duckdb.connect(str(folder / name)), slots)
    return found


def _milliseconds(what: Callable[[], object], times: int = 5) -> str:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return f"{median(taken) * 1000:.1f} ms"


def _close_slot(candidate: Candidate) -> None:
    for device in range(DEVICES):
        candidate.write(device, range(DAYS - 1, DAYS))
    candidate.commit()


def main() -> None:
    """Print a table for docs/decisions/0006."""
    logging.basicConfig(level="INFO", format="%(message)s")
    slots = made_up_slots()
    LOG.info("| %d devices, %d days | fill | size | year | month | close |", DEVICES, DAYS)
    with TemporaryDirectory() as name:
        for title, candidate in candidates(Path(name), slots).items():
            began = time.perf_counter()
            for device in range(DEVICES):
                candidate.write(device, range(DAYS))
                candidate.commit()
            filled = time.perf_counter() - began
            LOG.info(
                "| %s | %.1f s | %.0f MB | %s | %s | %s |",
                title,
                filled,
                (Path(name) / title).stat().st_size / 1e6,
                _milliseconds(candidate.year),
                _milliseconds(candidate.month),
                _milliseconds(lambda: _close_slot(candidate)),  # noqa: B023 - called at once
            )


if __name__ == "__main__":
    main()
