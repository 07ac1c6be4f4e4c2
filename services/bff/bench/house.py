"""One house that is imported into VictoriaMetrics, and the parts of the bench that ask it."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.cpu_goals import cpu_goals
from bench.figures import Figure
from bench.load import load
from bench.made_up_house import (
    CLEAN,
    FAULTY,
    MINUTES_PER_DAY,
    PRESENT,
    import_devices,
    write_home,
)
from bench.measure import (
    Size,
    bills_by_contract,
    changed_prices,
    following,
    questions,
    rebuild,
    rebuild_of_faulty_days,
)
from bench.process import cpu_seconds
from bench.questions import Asked
from bench.reliability import checksums, price_edges
from bench.trees import House, trees
from bff.time_grid import unix_milliseconds
from testbed.bff import Bff, bff, settings_of


@dataclass(frozen=True, slots=True)
class Built:
    """A house whose ledger is built, and the figures and the seconds of CPU of that."""

    asked: Asked
    bff: Bff
    size: Size
    flat: House
    rebuild: Sequence[Figure]
    cpu_seconds: float


type Part = Callable[[Built], Iterable[Figure]]

# In this order: the prices of `edges` stay, and `following` writes what no other part expects.
PARTS: Mapping[str, Part] = {
    "rebuild": lambda of: of.rebuild,
    "faults": lambda of: [_faulty_days(of)],
    "prices": lambda of: changed_prices(of.asked, of.size),
    "questions": lambda of: questions(of.asked, of.size),
    "goals": lambda of: cpu_goals(of.asked, of.bff, of.size),
    "bills": lambda of: bills_by_contract(of.asked, of.bff, of.size),
    "trees": lambda of: trees(of.asked, of.flat, of.size),
    "load": lambda of: load(of.asked),
    "checksums": lambda of: checksums(of.asked, of.flat.folder / "bff.db", of.size),
    "edges": lambda of: price_edges(of.asked, of.bff, of.size),
    "following": lambda of: following(of.asked, of.bff, of.size),
}


@contextmanager
def running_bff(folder: Path, url: str, size: Size, house: str = CLEAN) -> Generator[Bff]:
    """Run a BFF of a house of this size on an empty database in a new folder."""
    folder.mkdir()
    write_home(folder / "devices.yaml", size.devices, house=house)
    with bff(folder, {**settings_of(folder, url, folder / "devices.yaml"), **PRESENT}) as running:
        yield running


def import_history(
    url: str, start: datetime, numbers: range, size: Size, house: str = CLEAN
) -> None:
    """Write the samples of these devices into VictoriaMetrics, from the start on."""
    minutes = size.days * MINUTES_PER_DAY + 1
    import_devices(url, numbers, unix_milliseconds(start), minutes, house)


def measure_house(asked: Asked, running: Bff, size: Size, flat: House) -> Iterator[Figure]:
    """Have the ledger built, and measure the parts of this size."""
    figures = list(rebuild(running, size))
    built = Built(asked, running, size, flat, figures, cpu_seconds(running.process.pid))
    for name, part in PARTS.items():
        if name in size.parts:
            yield from part(built)


def _faulty_days(built: Built) -> Figure:
    """Write the house once more with faults into the same VictoriaMetrics, and rebuild it."""
    size, url = built.size, built.flat.victoriametrics_url
    import_history(url, built.asked.start, range(size.devices), size, FAULTY)
    with running_bff(built.flat.folder / "faulty", url, size, FAULTY) as faulty:
        return rebuild_of_faulty_days(built.cpu_seconds, faulty)
