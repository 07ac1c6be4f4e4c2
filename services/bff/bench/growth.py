"""How the time of each question grows with devices and years, beside what it has to read.

The CPU time of the BFF's process, the least of several: what else it does at the same time can
only add to it.
"""

import logging
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.made_up_house import ALWAYS_THERE, PRESENT, write_present
from bench.measure import wait_until_built
from bench.process import cpu_seconds, peak_mebibytes, wait_until_idle
from bench.questions import (
    MONTH,
    TIME_OF_USE,
    Asked,
    client,
    floor_to_slot,
    set_contract,
    set_prices,
)
from bench.written_ledger import (
    PAIR,
    Written,
    import_samples,
    write_home_with_pair,
    write_ledger,
)
from testbed.bff import Bff, bff, settings_of
from testbed.victoria_metrics import VictoriaMetrics, victoria_metrics

DEVICES = (50, 200, 1000)
DAYS_PER_YEAR = 365
YEARS = (1, 5)
TIMES = 3
# What takes longer is asked once: beside it, what else goes on is little.
LONG_SECONDS = 2.0
PATIENCE_SECONDS = 300
# Of the growth of what is to be read: a question may grow so much faster.
MAX_GROWTH = 1.25
# So little is no growth: the same question differs by as much from one time to the next.
NOISE_SECONDS = 0.005
YEAR = timedelta(days=DAYS_PER_YEAR)
SLOT = timedelta(minutes=15)

LOG = logging.getLogger("bench.growth")

type Parameters = dict[str, str]
type Work = Callable[[Written], int]


def per_device_day(house: Written) -> int:
    """Of what reads every day of every device."""
    return house.devices * house.days


def per_device(house: Written) -> int:
    """Of what reads every device, over a time that does not grow with history."""
    return house.devices


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """A question that is asked of houses of every size.

    Attributes:
        what: What it is called.
        path: Below `/api/v1`.
        lasts: The length of its range until now; None where it has none or is over all of history.
        more: Its other parameters.
        work: What it may grow with.
        has_range: Whether it has a range; its start moves each time, so that it is always new.
        in_days: The range is given as dates.
        is_asked_once: What it takes again is another row, or another question.
    """

    what: str
    path: str
    lasts: timedelta | None = None
    more: Parameters = field(default_factory=dict)
    work: Work = per_device
    has_range: bool = True
    in_days: bool = False
    is_asked_once: bool = False

    @property
    def times(self) -> int:
        """How often it is asked, where it does not take long."""
        return 1 if self.is_asked_once else TIMES

    def parameters(self, asked: Asked, turn: int) -> Parameters:
        """Return the parameters of one turn."""
        if not self.has_range:
            return self.more
        start = asked.start if self.lasts is None else asked.end - self.lasts
        if self.in_days:
            days = start.date() + timedelta(days=turn), asked.end.date()
            return {"from": days[0].isoformat(), "to": days[1].isoformat()} | self.more
        start += turn * SLOT
        return {"from": start.isoformat(), "to": asked.end.isoformat()} | self.more


_history = partial(Growing, work=per_device_day)
_page = partial(Growing, has_range=False)

OF_PAIR = {"device": PAIR}

QUESTIONS: Sequence[Growing] = (
    _history("cost by device, all of history", "/cost", more={"group_by": "device"}),
    _history("cost by room, all of history", "/cost", more={"group_by": "room"}),
    _history("cost by day, all of history", "/cost", more={"by": "day"}),
    _history("cost by month, all of history", "/cost", more={"by": "month"}),
    Growing("cost by hour, 30 days", "/cost", MONTH, {"by": "hour"}),
    Growing(
        "cost by day and device, 10 days",
        "/cost",
        timedelta(days=10),
        {"by": "day", "group_by": "device"},
    ),
    _history("balance by day, all of history", "/balance", more={"by": "day"}),
    Growing("balance by hour, 30 days", "/balance", MONTH, {"by": "hour"}),
    # Cold in houses of every size: a day later eleven of the twelve bills are the same.
    Growing(
        "bills with shares, a year",
        "/bills",
        YEAR,
        {"shares": "true"},
        in_days=True,
        is_asked_once=True,
    ),
    _page("this month's bill", "/bills/current"),
    Growing("hours of the week, a year", "/week_hours", YEAR),
    _page("first screen, of a new minute", "/first_screen", is_asked_once=True),
    _page("first screen", "/first_screen"),
    _page("overview", "/overview"),
    _page("places", "/places"),
    _page("devices", "/devices"),
    _page("notices", "/notices"),
    _page("events, the newest 100", "/events"),
    _page("events, the newest 1,000", "/events", more={"max_events": "1000"}),
    _history("marks, all of history", "/marks"),
    _page("register", "/register"),
    Growing("comparison of two sources, 30 days", "/comparison", MONTH, OF_PAIR),
    Growing("comparison of two sources, 90 days", "/comparison", 3 * MONTH, OF_PAIR),
)
TREE_QUESTIONS = tuple(
    each
    for each in QUESTIONS
    if each.path in {"/cost", "/balance", "/bills", "/overview", "/first_screen"}
)


@dataclass(frozen=True, slots=True)
class Grown:
    """What one question took in houses of every size, seconds of CPU."""

    what: str
    work: Work
    seconds: Mapping[Written, float]

    def ratio(self, small: Written, large: Written) -> float:
        """Return the growth of its time by that of its work."""
        allowed = self.seconds[small] * self.work(large) / self.work(small)
        return self.seconds[large] / allowed

    def is_met(self, small: Written, large: Written) -> bool:
        """Return whether its time has not grown faster than its work, but for noise."""
        allowed = self.seconds[small] * self.work(large) / self.work(small)
        return self.seconds[large] <= max(MAX_GROWTH * allowed, allowed + NOISE_SECONDS)


@dataclass(frozen=True, slots=True)
class Memory:
    """The most resident memory of a BFF, MiB: once it has started, and once all was asked."""

    started: float
    asked: float


@dataclass(frozen=True, slots=True)
class Growth:
    """All that was measured: the questions to flat houses and to trees, and the memory."""

    flat: Sequence[Grown]
    tree: Sequence[Grown]
    memory: Mapping[Written, Memory]


def measure(folder: Path) -> Growth:
    """Write a ledger of every size, and ask it."""
    flat: dict[Growing, dict[Written, float]] = {each: {} for each in QUESTIONS}
    tree: dict[Growing, dict[Written, float]] = {each: {} for each in TREE_QUESTIONS}
    memory = {}
    for house in houses(floor_to_slot(datetime.now(UTC))):
        LOG.info("%d devices, %d days", house.devices, house.days)
        with TemporaryDirectory(dir=folder) as of_house:
            memory[house] = _measure_house(Path(of_house), house, flat, tree)
    return Growth(_grown(flat), _grown(tree), memory)


def houses(end: datetime) -> list[Written]:
    """Return the houses of all sizes, the smallest first."""
    return [Written(devices, years * DAYS_PER_YEAR, end) for years in YEARS for devices in DEVICES]


def _grown(seconds: Mapping[Growing, Mapping[Written, float]]) -> list[Grown]:
    return [Grown(question.what, question.work, of) for question, of in seconds.items()]


def _measure_house(
    folder: Path,
    house: Written,
    flat: Mapping[Growing, dict[Written, float]],
    tree: Mapping[Growing, dict[Written, float]],
) -> Memory:
    home_file, database = folder / "devices.yaml", folder / "bff.db"
    write_home_with_pair(home_file, house.devices)
    write_ledger(database, home_file, house)
    with victoria_metrics(folder) as server:
        import_samples(server.url, house)
        write_present(server.url, house.devices)
        with _running(folder, server, house) as (running, asked):
            started = peak_mebibytes(running.process.pid)
            set_prices(asked)
            set_contract(asked, TIME_OF_USE)
            _ask(asked, running, house, flat)
            memory = Memory(started, peak_mebibytes(running.process.pid))
        _forget_register(database)
        write_home_with_pair(home_file, house.devices, ALWAYS_THERE)
        with _running(folder, server, house) as (running, asked):
            _ask(asked, running, house, tree)
    return memory


@contextmanager
def _running(folder: Path, server: VictoriaMetrics, house: Written) -> Generator[tuple[Bff, Asked]]:
    settings = {**settings_of(folder, server.url, folder / "devices.yaml"), **PRESENT}
    with bff(folder, settings) as running, client(server.url) as http:
        wait_until_built(running)
        # The slot that pages compare the present one with is split ahead.
        wait_until_idle(running.process.pid, PATIENCE_SECONDS)
        running.http.timeout = PATIENCE_SECONDS
        yield running, Asked(running.http, http, server.process.pid, house.start, house.end)


def _forget_register(database: Path) -> None:
    """Make the next configuration the one that has always been."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("DELETE FROM register_rows")
        opened.commit()


def _ask(
    asked: Asked, running: Bff, house: Written, seconds: Mapping[Growing, dict[Written, float]]
) -> None:
    for question, of_question in seconds.items():
        taken = [_cpu_of(asked, running, question, 0)]
        while len(taken) < question.times and taken[0] < LONG_SECONDS:
            taken.append(_cpu_of(asked, running, question, len(taken)))
        of_question[house] = min(taken)
        LOG.info("%s: %.1f ms", question.what, 1000 * min(taken))


def _cpu_of(asked: Asked, running: Bff, question: Growing, turn: int) -> float:
    before = cpu_seconds(running.process.pid)
    asked.bff.get(question.path, params=question.parameters(asked, turn)).raise_for_status()
    return cpu_seconds(running.process.pid) - before


def growth_tables(folder: Path) -> Iterator[tuple[str, str]]:
    """Measure, and return the tables with their titles."""
    growth = measure(folder)
    yield "Milliseconds of CPU, devices x years", growth_table(growth.flat)
    yield "The same of a tree of meters of three levels", growth_table(growth.tree)
    yield "Memory", memory_table(growth.memory)


def growth_table(grown: Sequence[Grown]) -> str:
    """A Markdown table: a question a row, the sizes as columns, then the growth."""
    sizes = list(grown[0].seconds)
    shown = [f"{each.devices:,} x {each.days // DAYS_PER_YEAR}" for each in sizes]
    head = ["question", *shown, "200 → 1,000 devices", "1 → 5 years", "met"]
    lines = [head, ["---"] * len(head), *(_row(each) for each in grown)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(grown: Grown) -> list[str]:
    pairs = _pairs(grown)
    return [
        grown.what,
        *(f"{1000 * each:.1f}" for each in grown.seconds.values()),
        *(f"{grown.ratio(*pair):.2f}" for pair in pairs),
        "yes" if all(grown.is_met(*pair) for pair in pairs) else "**no**",
    ]


def _pairs(grown: Grown) -> list[tuple[Written, Written]]:
    """Return the largest house with that of fewer devices and that of fewer years."""
    largest = max(grown.seconds, key=lambda each: (each.devices, each.days))
    fewer, shorter = (
        next(house for house in grown.seconds if (house.devices, house.days) == wanted)
        for wanted in (
            (DEVICES[1], largest.days),
            (largest.devices, YEARS[0] * DAYS_PER_YEAR),
        )
    )
    return [(fewer, largest), (shorter, largest)]


def memory_table(memory: Mapping[Written, Memory]) -> str:
    """A Markdown table of the memory that years of slots take."""
    lines = ["| house | started, MiB | after the questions, MiB |", "|---|---|---|"]
    lines += [
        f"| {each.devices:,} devices, {each.days // DAYS_PER_YEAR} years"
        f" | {of.started:.0f} | {of.asked:.0f} |"
        for each, of in memory.items()
    ]
    return "\n".join(lines)
