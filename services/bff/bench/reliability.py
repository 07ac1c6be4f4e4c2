"""What it costs that nothing is lost: checksums of rows, and edges of prices inside of slots."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure, shown
from bench.measure import Size
from bench.process import cpu_seconds
from bench.questions import MONTH, Asked, by_hour, cost, timed
from bff.db.stored_days import row_checksum
from testbed.bff import Bff

EDGES = 5_000
MAX_EDGES_SECONDS = 1.0
MAX_CHECKSUM_SHARE = 0.1
ROWS = """
    SELECT device, day_unix_ms, measured_uwh, estimated_uwh, measured_ms, estimated_ms, made_from,
    slots, checksum FROM ledger_days WHERE day_unix_ms >= ?
"""
SUMS = """
    SELECT device, count(*), sum(day_unix_ms), sum(measured_uwh), sum(estimated_uwh),
    sum(measured_ms), sum(estimated_ms) {more} FROM ledger_days GROUP BY device
"""


def checksums(asked: Asked, database: Path, size: Size) -> Iterator[Figure]:
    """The checksums that a month by hour, and all days by device, are compared with."""
    begin_ms = round((asked.end - MONTH).timestamp() * 1000)
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute(ROWS, (begin_ms,)).fetchall()
        checked = [_seconds(lambda: _check(rows)) for _ in range(size.times)]
        plain, summed = ([], [])
        for _ in range(size.times):
            for more, taken in (("", plain), (", sum(sums_checksum)", summed)):
                query = SUMS.format(more=more)
                taken.append(_seconds(lambda query=query: opened.execute(query).fetchall()))
    [asked_seconds] = timed(asked, by_hour, times=size.times)
    share = median(checked) / median(asked_seconds)
    yield Figure(
        f"checksums of {len(rows)} days, within 30 days by hour",
        shown(checked),
        shown(asked_seconds),
        share,
        f"at most {MAX_CHECKSUM_SHARE} x",
        met=share <= MAX_CHECKSUM_SHARE,
    )
    yield Figure(
        f"sums of {size.days} days with their checksums",
        shown(summed),
        f"without: {shown(plain)}",
        median(summed) / median(plain),
        "none, for comparison",
        met=True,
    )


def _check(rows: Sequence[Any]) -> None:
    for device, day_ms, *sums, made_from, packed, checksum in rows:
        if row_checksum(device, day_ms, tuple(sums), made_from, packed) != checksum:
            raise ValueError(device)


def price_edges(asked: Asked, bff: Bff, size: Size) -> Iterator[Figure]:
    """Thousands of prices that begin inside of slots; of one device, a room and the house.

    A room of this house has as many devices as a flat.
    """
    _set_prices(asked, size)
    pid = bff.process.pid
    places: dict[str, dict[str, str]] = {
        "one device": {"room": "room_0", "device": "plug_000"},
        f"a room of {-(-size.devices // 8)} devices": {"room": "room_1"},
        f"the house of {size.devices} devices": {},
    }
    for name, place in places.items():
        before = cpu_seconds(pid)
        first = _seconds(lambda place=place: cost(asked, **place))
        cpu = cpu_seconds(pid) - before
        is_house = not place
        # Of 200 devices half a minute each time.
        times = 1 if is_house else 5
        again = [_seconds(lambda place=place: cost(asked, **place)) for _ in range(times)]
        yield Figure(
            f"{EDGES} price edges off the grid, {name}",
            f"{first:.2f} s at first ({cpu:.2f} s CPU), then {median(again):.2f} s",
            "",
            None,
            "none, for comparison" if is_house else f"at most {MAX_EDGES_SECONDS:.0f} s",
            met=is_house or max(first, median(again)) <= MAX_EDGES_SECONDS,
        )


def _set_prices(asked: Asked, size: Size) -> None:
    for row in asked.bff.get("/unit_prices").raise_for_status().json():
        asked.bff.delete(f"/unit_prices/{row['id']}").raise_for_status()
    # Each begins inside of a slot.
    step = timedelta(seconds=size.days * 86_400 // EDGES // 60 * 60 + 7)
    edges = [(asked.start + step * number).isoformat() for number in range(EDGES)]
    ends = [*edges[1:], ""]
    rows = [f"{20 + n % 17},{edges[n]},{ends[n]}\n" for n in range(EDGES)]
    content = "price_per_kwh,valid_from,valid_to\n" + "".join(rows)
    headers = {"Content-Type": "text/csv"}
    asked.bff.post("/unit_prices/csv", content=content, headers=headers).raise_for_status()


def _seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began
