"""The CPU milliseconds that a question may take, cold and warm apart.

Cold: the first such question over a range never asked before, or after something closed has
changed. Warm: the same again. Beside it, in the same turns, what VictoriaMetrics takes for a plain
answer to the bare question.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

from bench.figures import Figure, shown
from bench.measure import Size, is_built
from bench.process import cpu_seconds
from bench.questions import (
    FLAT,
    MONTH,
    TIME_OF_USE,
    Asked,
    cost,
    increase,
    increase_by,
    latest,
    set_contract,
    set_prices,
)
from testbed.bff import Bff

SLOT = timedelta(minutes=15)
SMALL_HOUSE, MANY_DEVICES = 50, 1000
DAYS_PER_YEAR = 365
MOST_PLACES_MS, MOST_BILL_MS = 40, 60
# Cold turns of a bill are months of the year that is there.
MONTHS = 11
# Each has all samples counted again.
CHANGES = 5

type Turn = Callable[[Asked, int], Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """A question, and what it may take.

    Attributes:
        what: What it is called.
        question: Asks the BFF; every turn is another range, where it has one.
        bare: Asks VictoriaMetrics about the same range.
        cold_ms: At most so much CPU the first time; None without a goal.
        warm_ms: Likewise when it is asked again.
        prepare: What is changed before each turn.
    """

    what: str
    question: Turn
    bare: Turn
    cold_ms: float | None = None
    warm_ms: float | None = None
    prepare: Callable[[Asked], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of CPU of both processes during one question."""

    bff: float
    victoriametrics: float


@dataclass(frozen=True, slots=True)
class Turned:
    """One turn: the answer over a new range, the same again, and the bare one, seconds of CPU."""

    cold: Used
    warm: Used
    bare: float


def cpu_goals(asked: Asked, bff: Bff, size: Size) -> Iterator[Figure]:
    """Measure what a house of this size has goals for."""
    if size.devices >= MANY_DEVICES:
        what = f"places of {size.devices:,} devices"
        places = Goal(what, _places, _latest, MOST_PLACES_MS, MOST_PLACES_MS)
        yield from _figures(places, asked, bff, size.times)
    if size.days < MONTH.days:
        return
    if not asked.bff.get("/unit_prices").raise_for_status().json():
        set_prices(asked)
    for goal in _costs(size):
        yield from _figures(goal, asked, bff, size.times)
    if size.devices <= SMALL_HOUSE:
        yield from _figures(FIRST_SCREEN, asked, bff, min(size.times, CHANGES))
    if size.days >= DAYS_PER_YEAR:
        yield from _month_bills(asked, bff, size)


def _costs(size: Size) -> Iterator[Goal]:
    """Return the costs that houses with a history are asked for."""
    if size.devices <= SMALL_HOUSE:
        yield Goal("60 days by device", *_over(timedelta(days=60), group_by="device"), 7, 4)
        yield Goal("30 days by hour", _cost_over(MONTH, by="hour"), _by_hour, 16, 8)
    else:
        year = timedelta(days=size.days)
        yield Goal(f"{size.days} days by device", *_over(year, group_by="device"), 30, 12)
        yield Goal("30 days by hour", _cost_over(MONTH, by="hour"), _by_hour)


def _month_bills(asked: Asked, bff: Bff, size: Size) -> Iterator[Figure]:
    """Measure a month's bill by a flat contract and by one with bands; a cold one each turn."""
    most_ms = MOST_BILL_MS if size.devices > SMALL_HOUSE else None
    for name, lines in (("flat", FLAT), ("time of use", TIME_OF_USE)):
        set_contract(asked, lines)
        what = f"a month's bill with shares of {size.devices} devices, {name}"
        goal = Goal(what, _month_bill, _month, most_ms, most_ms)
        yield from _figures(goal, asked, bff, min(size.times, MONTHS))


def _over(lasts: timedelta, **more: str) -> tuple[Turn, Turn]:
    return _cost_over(lasts, **more), lambda asked, turn: increase(_later(asked, lasts, turn))


def _cost_over(lasts: timedelta, **more: str) -> Turn:
    return lambda asked, turn: cost(_later(asked, lasts, turn), **more)


def _later(asked: Asked, lasts: timedelta, turn: int) -> Asked:
    """Have the range begin so many slots later: nothing kept of another range holds for it."""
    return replace(asked, start=asked.end - lasts + turn * SLOT)


def _by_hour(asked: Asked, _turn: int) -> object:
    return increase_by(asked, step="1h")


def _month(asked: Asked, _turn: int) -> object:
    return increase(_later(asked, MONTH, 0))


def _month_bill(asked: Asked, turn: int) -> object:
    months = asked.end.year * 12 + asked.end.month - 1 - (turn + 1)
    period = f"{months // 12}-{months % 12 + 1:02}"
    return asked.bff.get(f"/bills/{period}").raise_for_status().json()


def _places(asked: Asked, _turn: int) -> object:
    return asked.bff.get("/places").raise_for_status().json()


def _latest(asked: Asked, _turn: int) -> object:
    return latest(asked)


def _first_screen(asked: Asked, _turn: int) -> object:
    return asked.bff.get("/first_screen").raise_for_status().json()


def _change_a_closed_day(asked: Asked) -> None:
    """Have a day rebuilt: what was kept of closed slots does not hold any more."""
    day = asked.end - timedelta(days=3)
    body = {"from": day.isoformat(), "to": (day + SLOT).isoformat()}
    asked.bff.post("/ledger/rebuild", json=body).raise_for_status()
    while not is_built(asked.bff):
        time.sleep(0.1)


FIRST_SCREEN = Goal("first screen", _first_screen, _latest, 10, 10, _change_a_closed_day)


def _figures(goal: Goal, asked: Asked, bff: Bff, times: int) -> Iterator[Figure]:
    taken = [_turn(goal, asked, bff, turn) for turn in range(times)]
    bare = [each.bare for each in taken]
    for name, answers, most_ms in (
        ("cold", [each.cold for each in taken], goal.cold_ms),
        ("warm", [each.warm for each in taken], goal.warm_ms),
    ):
        seconds = [each.bff for each in answers]
        helped_ms = 1000 * median([each.victoriametrics for each in answers])
        milliseconds = 1000 * median(seconds)
        yield Figure(
            f"CPU of {goal.what}, {name}",
            f"{shown(seconds, 1)}, VictoriaMetrics for it {helped_ms:.1f} ms",
            f"VictoriaMetrics, plain: {shown(bare, 1)}",
            median(seconds) / median(bare),
            "none, for comparison" if most_ms is None else f"at most {most_ms:g} ms",
            met=most_ms is None or milliseconds <= most_ms,
        )


def _turn(goal: Goal, asked: Asked, bff: Bff, turn: int) -> Turned:
    goal.prepare(asked)
    pids = bff.process.pid, asked.server_pid
    cold = _used(pids, lambda: goal.question(asked, turn))
    warm = _used(pids, lambda: goal.question(asked, turn))
    bare = _used(pids, lambda: goal.bare(asked, turn))
    return Turned(cold, warm, bare.victoriametrics)


def _used(pids: tuple[int, int], question: Callable[[], object]) -> Used:
    before = [cpu_seconds(pid) for pid in pids]
    question()
    of_bff, of_server = (cpu_seconds(pid) - used for pid, used in zip(pids, before, strict=True))
    return Used(of_bff, of_server)
