"""The seam: what the rest of the BFF asks of the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Engine

from bff.database import unix_milliseconds
from bff.energy import Energy
from bff.house import CurrentHome
from bff.ledger.clean import Limits, clean
from bff.ledger.counter import Counter, Int64s, parse_counter
from bff.ledger.sources import choose, chosen
from bff.ledger.spread import Amounts, between
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.samples import DAY_MS, fetch_counters, select

SLOT_MS = 900_000
CONTEXT_MS = 40 * DAY_MS


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger works with. `home` and `now` are called afresh."""

    home: CurrentHome
    engine: Engine
    victoriametrics: VictoriaMetrics
    now: Callable[[], datetime]


def energy_between(ledger: Ledger, devices: Sequence[str], edges: Sequence[int]) -> Energy:
    """Energy and coverage of each device between neighbouring edges.

    Args:
        ledger: The ledger.
        devices: Ids of the configuration; the first axis of the answer.
        edges: Sorted Unix milliseconds, any instants; the answer has one column fewer.

    Raises:
        VictoriaMetricsDown: The raw samples are needed and cannot be had.
    """
    home = ledger.home()
    found = fetch_counters(
        ledger.victoriametrics,
        select(home, devices),
        edges[0] - CONTEXT_MS,
        edges[-1] + CONTEXT_MS,
    )
    edges_ms = np.minimum(np.array(edges, dtype=np.int64), unix_milliseconds(ledger.now()))
    grid = np.arange(edges_ms[0] // SLOT_MS, edges_ms[-1] // SLOT_MS + 2) * SLOT_MS
    cuts = np.union1d(edges_ms, grid)
    rows = []
    for device in (d for name in devices for d in home.devices if d.device == name):
        per_source: list[Amounts] = []
        per_slot: list[Amounts] = []
        for source in device.sources:
            samples = found.get((device.device, source.source))
            counter = parse_counter(samples.at_ms, samples.kwh) if samples else Counter(*_nothing())
            limits = Limits(device.rated_power_watts, round(source.gap_limit_seconds * 1000))
            pieces = clean(counter, limits)
            per_source.append(between(pieces, cuts))
            per_slot.append(between(pieces, grid))
        choice = choose(per_slot)[(cuts[:-1] - grid[0]) // SLOT_MS]
        stacked = chosen(per_source, choice).stacked()
        sums = np.concatenate(
            [np.zeros((4, 1), dtype=np.int64), np.cumsum(stacked, axis=1)], axis=1
        )
        rows.append(np.diff(sums[:, np.searchsorted(cuts, edges_ms)], axis=1))
    stacked = np.stack(rows, axis=1)
    missing = np.diff(edges_ms)[None, :] - stacked[2] - stacked[3]
    return Energy(stacked[0], stacked[1], stacked[2], stacked[3], missing)


def _nothing() -> tuple[Int64s, Int64s]:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
