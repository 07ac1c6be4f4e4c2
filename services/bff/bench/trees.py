"""The same devices as a tree of meters, held against the flat house in the same run."""

import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.figures import Figure, against
from bench.made_up_house import ALWAYS_THERE, OFTEN_SILENT, write_home
from bench.measure import Size, is_built
from bench.questions import Asked, by_device, timed
from testbed.bff import bff, settings_of

MAX_RATIO = 1.3


@dataclass(frozen=True, slots=True)
class House:
    """The folder of the flat house's database, and the VictoriaMetrics of its samples."""

    folder: Path
    victoriametrics_url: str


def trees(asked: Asked, flat: House, size: Size) -> Iterator[Figure]:
    """Cost by device in turns with the flat house: meters always measured, and now and then not."""
    for name, circuits in (
        ("a tree of meters", ALWAYS_THERE),
        ("a tree of meters that were silent now and then", OFTEN_SILENT),
    ):
        with _as_tree(asked, flat, size, circuits) as tree:
            flat_seconds, tree_seconds = _in_turns(asked, tree, size.times)
        what = f"{size.days} days by device, {name} of three levels"
        yield against(what, tree_seconds, flat_seconds, MAX_RATIO)


def _in_turns(asked: Asked, tree: Asked, times: int) -> tuple[list[float], list[float]]:
    """Ask both in turns, so that whatever else the machine does meets both alike."""
    flat_seconds, tree_seconds = list[float](), list[float]()
    for _ in range(times):
        flat_seconds += timed(asked, by_device, times=1)[0]
        tree_seconds += timed(tree, by_device, times=1)[0]
    return flat_seconds, tree_seconds


@contextmanager
def _as_tree(asked: Asked, flat: House, size: Size, circuits: range) -> Generator[Asked]:
    """Run a BFF on a copy of the flat house's ledger, whose register has always had the tree."""
    folder = flat.folder / f"tree-{circuits.start}"
    folder.mkdir()
    with (
        closing(sqlite3.connect(flat.folder / "bff.db")) as source,
        closing(sqlite3.connect(folder / "bff.db")) as copy,
    ):
        source.backup(copy)
        copy.execute("DELETE FROM register_rows")
        copy.commit()
    write_home(folder / "devices.yaml", size.devices, circuits)
    settings = settings_of(folder, flat.victoriametrics_url, folder / "devices.yaml")
    with bff(folder, settings) as running:
        while not is_built(running.http):
            time.sleep(0.1)
        yield replace(asked, bff=running.http)
