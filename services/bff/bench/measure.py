"""One house of one size: rebuild, ask, change prices, follow."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import httpx

from bench.figures import Figure, against
from bench.made_up_house import write_latest
from bench.process import cpu_seconds, peak_mebibytes
from bench.questions import (
    FLAT,
    TIME_OF_USE,
    Asked,
    Question,
    bills,
    by_day,
    by_device,
    by_hour,
    change_price,
    exact_cost,
    increase,
    increase_by,
    set_contract,
    set_prices,
    timed,
)
from testbed.bff import Bff

REBUILT_WITHIN_SECONDS = 1800
LEAST_SAMPLES_PER_SECOND = 3_000_000
MOST_MEBIBYTES = 300
MOST_CPU_PERCENT = 2.0
MAX_FAULTY_RATIO = 2.0
WATCHED_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Size:
    """How large the house is, how patient the run, and what of it is measured.

    Attributes:
        devices: How many.
        days: Of samples, one a minute of each device.
        times: How often each question is asked.
        parts: Names of `bench.house.PARTS`.
    """

    devices: int
    days: int
    times: int
    parts: Sequence[str]

    @property
    def samples(self) -> int:
        """One a minute of every device."""
        return self.devices * self.days * 1440


def rebuild(bff: Bff, size: Size) -> Iterator[Figure]:
    """From an empty database until nothing is left to be made."""
    seconds = wait_until_built(bff)
    speed = size.samples / seconds
    cpu = cpu_seconds(bff.process.pid)
    yield Figure(
        "rebuild from nothing",
        f"{speed / 1e6:.2f} M samples/s ({seconds:.0f} s, of them {cpu:.2f} s CPU)",
        "",
        None,
        f"at least {LEAST_SAMPLES_PER_SECOND / 1e6:.0f} M/s",
        met=speed >= LEAST_SAMPLES_PER_SECOND,
    )
    memory = peak_mebibytes(bff.process.pid)
    yield Figure(
        "peak memory of that",
        f"{memory:.0f} MiB",
        "",
        None,
        f"below {MOST_MEBIBYTES} MiB",
        met=memory < MOST_MEBIBYTES,
    )


def rebuild_of_faulty_days(clean_cpu_seconds: float, faulty: Bff) -> Figure:
    """The same house with faults on one day in a hundred of each device."""
    wait_until_built(faulty)
    seconds = cpu_seconds(faulty.process.pid)
    what = "CPU of a rebuild with 1 % faulty days"
    return against(what, [seconds], [clean_cpu_seconds], MAX_FAULTY_RATIO)


def wait_until_built(bff: Bff) -> float:
    """Return the seconds until the ledger has nothing left to make."""
    began = time.perf_counter()
    while not is_built(bff.http):
        if time.perf_counter() - began > REBUILT_WITHIN_SECONDS:
            raise TimeoutError(bff.log)
        time.sleep(0.1)
    return time.perf_counter() - began


def is_built(bff: httpx.Client) -> bool:
    """Whether the ledger has nothing left to make."""
    state = bff.get("/ledger").raise_for_status().json()
    return state["fully_counted"] and not state["dirty_slots"] and not state["rebuild"]["running"]


def questions(asked: Asked, size: Size) -> Iterator[Figure]:
    """Cost over HTTP in turns with the bare PromQL."""
    mine, theirs = timed(asked, by_device, increase, times=size.times)
    yield against(f"{size.days} days by device, four prices", mine, theirs, 0.25)
    for name, question, step, most in (
        ("hour", by_hour, "1h", 0.5),
        ("day", by_day, "1d", None),
    ):
        bare = partial(increase_by, step=step)
        mine, theirs = timed(asked, question, bare, times=size.times)
        yield against(f"30 days by {name}", mine, theirs, most)


def changed_prices(asked: Asked, size: Size) -> Iterator[Figure]:
    """The oldest price changes: the next answer is right, and takes no longer."""
    rows = set_prices(asked)
    prices = [row["price_per_kwh"] for row in rows]
    [unchanged] = timed(asked, by_device, times=size.times)
    after_change, after_move = [], []
    for turn in range(size.times):
        prices[0] = str(Decimal("27.5") + turn)
        rows[0]["price_per_kwh"] = prices[0]
        change_price(asked, rows[0])
        after_change.append(_time_right_answer(asked, rows, prices))
    for _ in range(size.times):
        _move_edge(asked, rows, timedelta(minutes=17))
        after_move.append(_time_right_answer(asked, rows, prices))
    yield against("next answer after the oldest price changed", after_change, unchanged, 2)
    yield against("next answer after a price's edge moved into a slot", after_move, unchanged, 2)


def bills_by_contract(asked: Asked, bff: Bff, size: Size) -> Iterator[Figure]:
    """A year of bills with shares, by the CPU that BFF and VictoriaMetrics spend on it."""
    for name, lines in (("flat", FLAT), ("time of use", TIME_OF_USE)):
        set_contract(asked, lines)
        mine, theirs = [], []
        for _ in range(size.times):
            mine.append(_cpu_of(asked, bff, bills))
            theirs.append(_cpu_of(asked, bff, increase))
        what = f"CPU of {size.days} days of bills with shares, {name}"
        yield against(what, mine, theirs, 0.5)
        [unchanged] = timed(asked, bills, times=size.times)
        edited = []
        for turn in range(size.times):
            set_contract(asked, lines, basic=str(2000 + turn))
            began = time.perf_counter()
            listed = bills(asked)
            edited.append(time.perf_counter() - began)
            _check_basic(listed, 2000 + turn)
        what = f"next bills after a contract was edited that began two years ago, {name}"
        yield against(what, edited, unchanged, 2)


def _cpu_of(asked: Asked, bff: Bff, question: Question) -> float:
    """Return the seconds that both processes spend on one question."""
    pids = bff.process.pid, asked.server_pid
    before = sum(cpu_seconds(pid) for pid in pids)
    question(asked)
    return sum(cpu_seconds(pid) for pid in pids) - before


def _check_basic(listed: list[dict[str, Any]], amount: int) -> None:
    found = {line["amount"] for bill in listed for line in bill["lines"] if line["name"] == "basic"}
    if found != {str(amount)}:
        message = f"the basic charges are {found} and should be {amount}"
        raise AssertionError(message)


def _time_right_answer(asked: Asked, rows: list[dict[str, str]], prices: list[str]) -> float:
    began = time.perf_counter()
    answer = by_device(asked)
    seconds = time.perf_counter() - began
    actual, expected = Decimal(answer["total"]["cost"]), exact_cost(asked, rows, prices)
    if actual != expected:
        message = f"the cost is {actual} and should be {expected}"
        raise AssertionError(message)
    return seconds


def _move_edge(asked: Asked, rows: list[dict[str, str]], by: timedelta) -> None:
    """The second price begins later, and the first ends there; never do both hold."""
    edge = (datetime.fromisoformat(rows[1]["valid_from"]) + by).isoformat()
    rows[1]["valid_from"] = rows[0]["valid_to"] = edge
    change_price(asked, rows[1])
    change_price(asked, rows[0])


def following(asked: Asked, bff: Bff, size: Size) -> Iterator[Figure]:
    """One sample a minute of every device comes in; nobody asks."""
    pids = bff.process.pid, asked.server_pid
    before = [cpu_seconds(pid) for pid in pids]
    began = time.monotonic()
    while (watched := time.monotonic() - began) < WATCHED_SECONDS:
        now = datetime.now(UTC)
        write_latest(asked.victoriametrics, size.devices, round(now.timestamp() * 1000))
        time.sleep(min(60, WATCHED_SECONDS - watched))
    percent, server_percent = (
        100 * (cpu_seconds(pid) - used) / watched for pid, used in zip(pids, before, strict=True)
    )
    yield Figure(
        f"following for {watched / 60:.0f} min",
        f"{percent:.2f} % of one core",
        f"VictoriaMetrics itself: {server_percent:.2f} %",
        None,
        f"less than {MOST_CPU_PERCENT:.0f} %",
        met=percent < MOST_CPU_PERCENT,
    )
