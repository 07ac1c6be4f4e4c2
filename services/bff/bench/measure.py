"""One house of one size: rebuild, ask, change prices, follow."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import httpx

from bench.figures import Figure, against
from bench.made_up_house import write_latest
from bench.process import cpu_seconds, peak_mebibytes
from bench.questions import (
    FLAT,
    MONTH,
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
from testbed.load import Load, apply_load

REBUILT_WITHIN_SECONDS = 1800
LEAST_SAMPLES_PER_SECOND = 1_000_000
MOST_MEBIBYTES = 500
MOST_CPU_PERCENT = 2.0
MAX_FAULTY_RATIO = 2.0
ASKED_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How large the house is, how patient the run, and whether it is about bills, or them alone.

    The bare question about days that fill no year takes too little CPU to be a reference of bills.
    """

    devices: int
    days: int
    times: int
    watch_seconds: int
    has_bills: bool = True
    only_bills: bool = False

    @property
    def samples(self) -> int:
        """One a minute of every device."""
        return self.devices * self.days * 1440


def load(asked: Asked) -> Figure:
    """Many pages at once for a minute."""
    month = {"from": (asked.end - MONTH).isoformat(), "to": asked.end.isoformat(), "by": "day"}
    paths = (*["/house"] * 7, *["/places"] * 2, f"/cost?{urlencode(month)}")
    answers = apply_load(str(asked.bff.base_url), Load(paths, 50, 48, 60))
    errors = sum(answer.status != HTTPStatus.OK for answer in answers)
    p95_ms = 1000 * quantiles([answer.seconds for answer in answers], n=20)[-1]
    value = f"{errors} errors, 95 % of answers within {p95_ms:.0f} ms (n={len(answers)})"
    return Figure("50 clients, 48 requests/s, 60 s", value, "", None, "0 errors", met=not errors)


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
        "at least 1 M/s",
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
    """Return the seconds of one question; several are asked, for the system counts in 10 ms."""
    before = cpu_seconds(bff.process.pid) + _server_cpu_seconds(asked)
    for _ in range(ASKED_TOGETHER):
        question(asked)
    after = cpu_seconds(bff.process.pid) + _server_cpu_seconds(asked)
    return (after - before) / ASKED_TOGETHER


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
    pid = bff.process.pid
    before, server_before = cpu_seconds(pid), _server_cpu_seconds(asked)
    began = time.monotonic()
    while (watched := time.monotonic() - began) < size.watch_seconds:
        now = datetime.now(UTC)
        write_latest(asked.victoriametrics, size.devices, round(now.timestamp() * 1000))
        time.sleep(min(60, size.watch_seconds - watched))
    percent = 100 * (cpu_seconds(pid) - before) / watched
    server_percent = 100 * (_server_cpu_seconds(asked) - server_before) / watched
    yield Figure(
        f"following for {watched / 60:.0f} min",
        f"{percent:.2f} % of one core",
        f"VictoriaMetrics itself: {server_percent:.2f} %",
        None,
        f"less than {MOST_CPU_PERCENT:.0f} %",
        met=percent < MOST_CPU_PERCENT,
    )


def _server_cpu_seconds(asked: Asked) -> float:
    page = asked.victoriametrics.get("/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in page if line.startswith("process_cpu_seconds"))
