"""Run the bench: `python -m bench` from services/bff; `--size small` before a commit."""

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, table
from bench.growth import growth_tables
from bench.house import PARTS, import_history, measure_house, running_bff
from bench.made_up_house import write_present
from bench.measure import Size
from bench.questions import Asked, client, floor_to_slot
from bench.report import circumstances, write
from bench.trees import House
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

# What a year shows, and days do not: the bare question about few days takes too little CPU to be
# a reference of bills.
OF_A_YEAR = ("bills", "following")
QUICK = tuple(name for name in PARTS if name not in OF_A_YEAR)
# The growth from 50 to 200 devices shows what depends on their number.
SIZES: Mapping[str, Sequence[Size]] = {
    "small": [Size(50, 60, 15, QUICK)],
    "full": [Size(50, 365, 15, (*QUICK, "bills")), Size(200, 365, 15, tuple(PARTS))],
    "goals": [
        Size(50, 60, 15, ("goals",)),
        Size(200, 365, 15, ("goals",)),
        Size(1000, 1, 15, ("goals",)),
    ],
    "bills": [Size(200, 365, 7, ("bills",))],
    "ingest": [Size(200, 365, 1, ("rebuild", "faults"))],
    "load": [Size(50, 60, 1, ("load",)), Size(200, 60, 1, ("load",))],
}
GROWTH = "growth"

LOG = logging.getLogger("bench")


def main() -> None:
    """Measure, print, and write docs/performance.md where it has a section of this name."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    for talkative in ("httpx", "alembic"):
        logging.getLogger(talkative).setLevel("WARNING")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=(*SIZES, GROWTH), default="full")
    name = parser.parse_args().size
    with TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder)
        sections = growth_tables(path) if name == GROWTH else _measure(path, SIZES[name])
        write(name, dict(_logged(sections)))
    LOG.info(circumstances())


def _logged(sections: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for title, shown in sections:
        LOG.info("%s\n%s", title, shown)
        yield title, shown


def _measure(folder: Path, sizes: Sequence[Size]) -> Iterator[tuple[str, str]]:
    """Measure houses; those of as many days are one that grows, in one VictoriaMetrics."""
    end = floor_to_slot(datetime.now(UTC))
    for days, group in groupby(sizes, key=lambda size: size.days):
        of_days = folder / f"days-{days}"
        of_days.mkdir()
        there, start = 0, end - timedelta(days=days)
        with victoria_metrics(of_days) as server:
            for size in group:
                LOG.info("importing devices %d to %d, %d days", there, size.devices, days)
                import_history(server.url, start, range(there, size.devices), size)
                there = size.devices
                write_present(server.url, there)
                yield _title(size), table(_figures(of_days, server, size, start, end))


def _figures(
    folder: Path, server: VictoriaMetrics, size: Size, start: datetime, end: datetime
) -> list[Figure]:
    flat = House(folder / f"bff-{size.devices}", server.url)
    with running_bff(flat.folder, server.url, size) as running, client(server.url) as http:
        asked = Asked(running.http, http, server.process.pid, start, end)
        return list(measure_house(asked, running, size, flat))


def _title(size: Size) -> str:
    samples = f"{size.samples / 1e6:.1f} M samples"
    return f"{size.devices:,} devices, {size.days} {'day' if size.days == 1 else 'days'}, {samples}"


if __name__ == "__main__":
    main()
