"""Counters of known truth, with the faults that the field gives them.

Each run is four days of one load, read by a counter of some step and renewal, with one kind of
fault. The truth is what the device used while the counter was there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

START_MS = 1_772_323_200_000
TICK_S = 15
DAYS = 4
TICKS = DAYS * 86_400 // TICK_S
UWH_PER_W_TICK = 1_000_000 * TICK_S // 3600

type Floats = NDArray[np.float64]
type Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """One counter.

    Attributes:
        at_ms: Instants of its samples.
        uwh: Values.
        truth_uwh: What was used between the first and the last sample.
        step_uwh: The counter's step.
        description: The load and how it is read.
    """

    at_ms: Int64s
    uwh: Int64s
    truth_uwh: int
    step_uwh: int
    description: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a fault may change: power by tick, and the counter's value as it is read."""

    watts: Floats
    offset_kwh: Floats
    at_s: Int64s
    keep: NDArray[np.bool_]
    clock_s: Int64s
    edit: Callable[[Int64s, Int64s], Int64s]
    backward: bool = False


def make_run(kind: str, seed: int) -> Run:
    """Return a run with one fault of the kind; the same seed makes the same run."""
    rng = Random(f"{kind}/{seed}")  # noqa: S311 (data for tests, no secret)
    load = rng.choice(sorted(LOADS))
    scrape_s = rng.choice([15, 30, 60, 60, 120, 300])
    step_uwh = rng.choice([0, 1, 10, 100, 1000]) * 1_000_000 or 1
    renewal_s = rng.choice([0, 0, 15, 60, 300, 900, 3600])
    if kind == "runs backward in sunshine":
        # What flows both ways within one step or renewal is netted in the meter.
        step_uwh, renewal_s = rng.choice([0, 1, 10]) * 1_000_000 or 1, 0
    at_s = np.arange(0, TICKS * TICK_S, scrape_s, dtype=np.int64)
    jitter = np.array([rng.uniform(0, scrape_s / 10) for _ in at_s])
    plan = _Plan(
        watts=LOADS[load](rng),
        offset_kwh=np.full(TICKS + 1, rng.choice([0.0, rng.uniform(0, 10), rng.uniform(0, 9000)])),
        at_s=at_s,
        keep=np.ones(len(at_s), dtype=bool),
        clock_s=np.zeros(len(at_s), dtype=np.int64),
        edit=lambda _, uwh: uwh,
    )
    for fault in _faults_of(kind, rng):
        plan = fault(plan, rng)
    about = f"{load}, every {scrape_s} s, step {step_uwh} uWh, renewed every {renewal_s} s"
    return _read(plan, jitter, step_uwh, renewal_s, about)


def _read(plan: _Plan, jitter: Floats, step_uwh: int, renewal_s: int, about: str) -> Run:
    used = np.append(0, np.cumsum(plan.watts)) * UWH_PER_W_TICK
    counter = np.maximum(0, used + plan.offset_kwh * 1e9)
    read_s = plan.at_s if renewal_s == 0 else plan.at_s // renewal_s * renewal_s
    uwh = counter[read_s // TICK_S].astype(np.int64)
    # A counter's fraction below its step is unseen.
    uwh = plan.edit(plan.at_s, uwh) // step_uwh * step_uwh
    at_ms = START_MS + np.rint((plan.at_s + plan.clock_s + jitter) * 1000).astype(np.int64)
    keep = plan.keep
    positive = np.append(0, np.cumsum(np.maximum(plan.watts, 0))) * UWH_PER_W_TICK
    ends = read_s[keep][[0, -1]] // TICK_S
    return Run(at_ms[keep], uwh[keep], int(np.diff(positive[ends])[0]), step_uwh, about)


# Loads: watts by tick


def _steady(watts: float) -> Floats:
    return np.full(TICKS, watts)


def _bursts(
    rng: Random, watts: float, per_day: float, minutes: tuple[float, float], base: float = 0.0
) -> Floats:
    power = _steady(base)
    for _ in range(max(1, round(per_day * DAYS))):
        start = rng.randrange(TICKS)
        power[start : start + round(rng.uniform(*minutes) * 60 / TICK_S)] = watts
    return power


def _fridge(rng: Random) -> Floats:
    period, on = rng.randrange(120, 240), rng.randrange(40, 100)
    return np.where(np.arange(TICKS) % period < on, rng.uniform(60, 120), 1.0)


def _office(rng: Random) -> Floats:
    hour = np.arange(TICKS) * TICK_S // 3600 % 24
    return np.where(np.isin(hour, range(9, 18)), rng.uniform(80, 250), 8.0)


def _heater(rng: Random) -> Floats:
    watts = rng.uniform(1000, 3000)
    return _bursts(rng, watts, 3, (30, 240))


def _mixed(rng: Random) -> Floats:
    return _fridge(rng) + _bursts(rng, rng.uniform(500, 2200), 6, (3, 40)) + _office(rng)


LOADS: Mapping[str, Callable[[Random], Floats]] = {
    "fridge": _fridge,
    "router": lambda rng: _steady(rng.uniform(3, 15)),
    "kettle": lambda rng: _bursts(rng, rng.uniform(1500, 2200), 5, (2, 5)),
    "heater": _heater,
    "office": _office,
    "oven": lambda rng: _bursts(rng, rng.uniform(2000, 3500), 1.5, (20, 70)),
    "wallbox": lambda rng: _bursts(rng, rng.uniform(3700, 11_000), 1, (60, 300), base=4.0),
    "mixed": _mixed,
}


# Faults


def _moment(rng: Random, room_s: int = 0) -> int:
    """A second in the middle of the run, with some room after it."""
    return rng.randrange(86_400 // 2, TICKS * TICK_S - 86_400 // 2 - room_s)


def _silent(plan: _Plan, start_s: int, lasts_s: int, *, off: bool) -> _Plan:
    keep = plan.keep & ~((plan.at_s >= start_s) & (plan.at_s < start_s + lasts_s))
    watts = plan.watts
    if off:
        watts = watts.copy()
        watts[start_s // TICK_S : (start_s + lasts_s) // TICK_S] = 0
    return replace(plan, keep=keep, watts=watts)


def _silence(plan: _Plan, rng: Random, *, off: bool) -> _Plan:
    lasts_s = rng.randrange(1200, 86_400)
    return _silent(plan, _moment(rng, lasts_s), lasts_s, off=off)


def _glitch(plan: _Plan, rng: Random, change: Callable[[Int64s], Int64s]) -> _Plan:
    for _ in range(rng.randrange(1, 4)):
        plan = _one_glitch(plan, rng, change)
    return plan


def _one_glitch(plan: _Plan, rng: Random, change: Callable[[Int64s], Int64s]) -> _Plan:
    first = rng.randrange(len(plan.at_s) // 8, len(plan.at_s) * 7 // 8)
    start_s = plan.at_s[first]
    scrape_s = int(plan.at_s[1] - plan.at_s[0])
    samples = min(rng.randrange(1, 11), 3000 // scrape_s)
    before = plan.edit

    def edit(at_s: Int64s, uwh: Int64s) -> Int64s:
        wrong = (at_s >= start_s) & (at_s < start_s + samples * scrape_s)
        read = before(at_s, uwh)
        return np.where(wrong, change(read), read)

    return replace(plan, edit=edit)


def _glitch_low(plan: _Plan, rng: Random) -> _Plan:
    factor = rng.choice([0.0, rng.uniform(0, 0.9)])
    return _glitch(plan, rng, lambda uwh: (uwh * factor).astype(np.int64))


def _glitch_high(plan: _Plan, rng: Random) -> _Plan:
    more = round(rng.choice([rng.uniform(5, 100), rng.uniform(100, 100_000)]) * 1e9)
    return _glitch(plan, rng, lambda uwh: uwh + more)


def _stale(plan: _Plan, rng: Random, every: int | None = None) -> _Plan:
    """Values of some minutes before show again: for a few samples, or at every n-th one."""
    scrape_s = int(plan.at_s[1] - plan.at_s[0])
    shift = max(1, rng.randrange(300, 3600) // scrape_s)
    first, before = rng.randrange(len(plan.at_s) // 8, len(plan.at_s) * 7 // 8), plan.edit
    count = rng.randrange(1, 4)

    def edit(at_s: Int64s, uwh: Int64s) -> Int64s:
        read = before(at_s, uwh)
        old = np.concatenate([read[:shift], read[:-shift]])
        position = np.arange(len(at_s))
        wrong = position % every == 0 if every else (position >= first) & (position < first + count)
        return np.where(wrong & (position >= shift), old, read)

    return replace(plan, edit=edit)


def _two_readers(plan: _Plan, rng: Random) -> _Plan:
    return _stale(plan, rng, every=rng.randrange(2, 6))


def _moved_offset(plan: _Plan, at_s: int, offset_uwh: Callable[[float], float]) -> _Plan:
    """From `at_s` on the counter shows another value; `offset_uwh` gets what it showed."""
    tick = at_s // TICK_S
    used = float(np.sum(plan.watts[:tick]) * UWH_PER_W_TICK)
    showed = used + plan.offset_kwh[tick - 1] * 1e9
    offset = plan.offset_kwh.copy()
    offset[tick:] = (offset_uwh(showed) - used) / 1e9
    return replace(plan, offset_kwh=offset)


def _restored(plan: _Plan, rng: Random) -> _Plan:
    lasts_s = rng.randrange(3600, 86_400)
    start_s = _moment(rng, lasts_s)
    ago = rng.randrange(600, 43_200) // TICK_S
    tick = start_s // TICK_S
    lost = float(np.sum(plan.watts[max(0, tick - ago) : tick]) * UWH_PER_W_TICK)
    plan = _silent(plan, start_s, lasts_s, off=True)
    return _moved_offset(plan, start_s + lasts_s, lambda showed: showed - lost)


def _restart(plan: _Plan, rng: Random) -> _Plan:
    at_s = _moment(rng) // TICK_S * TICK_S
    return _moved_offset(plan, at_s, lambda _: 0.0)


def _restart_in_silence(plan: _Plan, rng: Random) -> _Plan:
    lasts_s = rng.randrange(1200, 86_400)
    start_s = _moment(rng, lasts_s)
    plan = _silent(plan, start_s, lasts_s, off=True)
    return _moved_offset(plan, start_s + lasts_s, lambda _: 0.0)


def _used_plug(plan: _Plan, rng: Random, change: Callable[[float], float], lasts_s: int) -> _Plan:
    start_s = _moment(rng, lasts_s)
    plan = _silent(plan, start_s, lasts_s, off=True)
    return _moved_offset(plan, start_s + lasts_s, change)


def _higher(plan: _Plan, rng: Random) -> _Plan:
    more = rng.uniform(5, 5000) * 1e9
    return _used_plug(plan, rng, lambda showed: showed + more, rng.randrange(0, 540))


def _lower(plan: _Plan, rng: Random) -> _Plan:
    part = rng.uniform(0.02, 0.98)
    plan = replace(plan, offset_kwh=plan.offset_kwh + rng.uniform(20, 2000))
    return _used_plug(plan, rng, lambda showed: showed * part, rng.randrange(0, 540))


def _later(plan: _Plan, rng: Random) -> _Plan:
    value = rng.uniform(10, 9000) * 1e9
    return _used_plug(plan, rng, lambda _: value, rng.randrange(3600, 2 * 86_400))


def _clock_back(plan: _Plan, rng: Random) -> _Plan:
    at_s, by_s = _moment(rng, 3600), rng.randrange(600, 3600)
    return replace(plan, clock_s=np.where(plan.at_s >= at_s, -by_s, plan.clock_s))


def _backward(plan: _Plan, rng: Random) -> _Plan:
    """Sunshine at noon on each day: the load rests and the counter runs backward."""
    watts = plan.watts.copy()
    for day in range(DAYS):
        start = (day * 86_400 + rng.randrange(36_000, 43_200)) // TICK_S
        watts[start : start + rng.randrange(240, 960)] = -rng.uniform(50, 400)
    return replace(plan, watts=watts)


def _nothing(plan: _Plan, _: Random) -> _Plan:
    return plan


type Fault = Callable[[_Plan, Random], _Plan]

FAULTS: Mapping[str, Fault] = {
    "none": _nothing,
    "silence, load goes on": lambda plan, rng: _silence(plan, rng, off=False),
    "silence, power cut": lambda plan, rng: _silence(plan, rng, off=True),
    "glitch low": _glitch_low,
    "glitch high": _glitch_high,
    "stale value back": _stale,
    "restored older value after a cut": _restored,
    "restart from zero": _restart,
    "restart in a silence": _restart_in_silence,
    "used plug, higher": _higher,
    "used plug, lower": _lower,
    "used plug after hours or days": _later,
    "clock back 10-60 min": _clock_back,
    "runs backward in sunshine": _backward,
    "two readers, one stale": _two_readers,
}
MIXABLE = (
    "silence, load goes on",
    "glitch low",
    "glitch high",
    "stale value back",
    "restart from zero",
)
KINDS = (*FAULTS, "mixture")


def _faults_of(kind: str, rng: Random) -> list[Fault]:
    names = rng.sample(MIXABLE, 3) if kind == "mixture" else [kind]
    return [FAULTS[name] for name in sorted(names)]
