"""Run the bench: `python -m bench` from services/bff; `--size small` for a quick look."""

import argparse
import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.figures import Figure, table
from bench.made_up_house import CLEAN, FAULTY, MINUTES_PER_DAY, import_devices, write_home
from bench.measure import (
    Size,
    bills_by_contract,
    changed_prices,
    following,
    load,
    questions,
    rebuild,
    rebuild_of_faulty_days,
)
from bench.process import cpu_seconds
from bench.questions import Asked
from bench.reliability import checksums, price_edges
from bench.report import circumstances, write
from bench.trees import House, trees
from testbed.bff import Bff, bff, settings_of
from testbed.victoria_metrics import victoria_metrics

SIZES = {
    "small": [Size(devices=50, days=60, times=15, watch_seconds=60, has_bills=False)],
    # The growth from 50 to 200 devices shows what depends on their number.
    "full": [
        Size(devices=50, days=365, times=15, watch_seconds=0),
        Size(devices=200, days=365, times=15, watch_seconds=900),
    ],
    "bills": [Size(devices=200, days=365, times=7, watch_seconds=0, only_bills=True)],
}

LOG = logging.getLogger("bench")


def main() -> None:
    """Measure, print, and write docs/performance.md."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    name = parser.parse_args().size
    with TemporaryDirectory(prefix="bench-") as folder:
        sections = dict(_measure(Path(folder), SIZES[name]))
    write(name, sections)
    LOG.info(circumstances())


def _measure(folder: Path, sizes: list[Size]) -> Iterator[tuple[str, list[Figure]]]:
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    there = 0
    with victoria_metrics(folder) as server:
        for size in sizes:
            start = end - timedelta(days=size.days)
            LOG.info("importing devices %d to %d, %d days", there, size.devices, size.days)
            begin_ms, minutes = round(start.timestamp() * 1000), size.days * MINUTES_PER_DAY + 1
            import_devices(server.url, range(there, size.devices), begin_ms, minutes)
            there = size.devices
            title = f"{size.devices} devices, {size.days} days, {size.samples / 1e6:.1f} M samples"
            of_size = folder / f"bff-{size.devices}"
            with _bff(of_size, server.url, size) as running:
                asked = Asked(running.http, _client(server.url), start, end)
                figures = list(_figures(asked, running, size, House(of_size, server.url)))
            LOG.info("%s\n%s", title, table(figures))
            yield title, figures


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=120)


@contextmanager
def _bff(folder: Path, url: str, size: Size, house: str = CLEAN) -> Generator[Bff]:
    folder.mkdir()
    write_home(folder / "devices.yaml", size.devices, house=house)
    with bff(folder, settings_of(folder, url, folder / "devices.yaml")) as running:
        yield running


def _figures(asked: Asked, running: Bff, size: Size, flat: House) -> Iterator[Figure]:
    yield from rebuild(running, size)
    if size.only_bills:
        yield from bills_by_contract(asked, running, size)
        return
    yield _faulty_days(asked, cpu_seconds(running.process.pid), size, flat)
    yield from changed_prices(asked, size)
    yield from questions(asked, size)
    if size.has_bills:
        yield from bills_by_contract(asked, running, size)
    yield from trees(asked, flat, size)
    yield load(asked)
    yield from checksums(asked, flat.folder / "bff.db", size)
    yield from price_edges(asked, running, size)
    if size.watch_seconds:
        yield from following(asked, running, size)


def _faulty_days(asked: Asked, clean_cpu_seconds: float, size: Size, flat: House) -> Figure:
    """Write the house once more with faults into the same VictoriaMetrics, and rebuild it."""
    begin_ms, minutes = round(asked.start.timestamp() * 1000), size.days * MINUTES_PER_DAY + 1
    url = flat.victoriametrics_url
    import_devices(url, range(size.devices), begin_ms, minutes, FAULTY)
    with _bff(flat.folder / "faulty", url, size, FAULTY) as faulty:
        return rebuild_of_faulty_days(clean_cpu_seconds, faulty)


if __name__ == "__main__":
    main()
