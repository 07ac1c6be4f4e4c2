"""The seam: what the rest of the BFF asks of the ledger."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from bff.database import reading
from bff.energy import Energy
from bff.grid import day_start
from bff.ledger.counter import Int64s
from bff.ledger.cuts import Cut, cut_slots
from bff.ledger.gather import Samples
from bff.ledger.history import days_of
from bff.ledger.ledger import Ledger
from bff.ledger.rules import DeviceRules
from bff.ledger.standing import Standing
from bff.ledger.stored import Stored, read_stored
from bff.problems import Problem
from bff.stretch import Stretch
from bff.victoriametrics.client import VictoriaMetricsDown
from bff.victoriametrics.samples import select_all

WAIT_SECONDS = 2.0
# How old the last look may be before the present is not known.
STALE_MS = 60_000
CUT_DEADLINE_SECONDS = 1.0


def energy_between(ledger: Ledger, devices: Sequence[str], edges: Sequence[int]) -> Energy:
    """Energy and coverage of each device between neighbouring edges.

    Time after the last look at VictoriaMetrics, seconds ago, has neither energy nor coverage.

    Args:
        ledger: The ledger.
        devices: Ids of the configuration; the first axis of the answer.
        edges: Sorted Unix milliseconds, any instants; the answer has one column fewer.

    Raises:
        VictoriaMetricsDown: The present, or raw samples, are needed and cannot be had.
        Problem: 503, the slots of this range are still being made.
    """
    now_ms = ledger.now_ms()
    wanted_ms = np.minimum(np.array(edges, dtype=np.int64), now_ms)
    standing = _standing(ledger, devices, Stretch(int(wanted_ms[0]), int(wanted_ms[-1])))
    frontier_ms = standing.frontier_ms or 0
    edges_ms = np.minimum(wanted_ms, standing.tail.end_ms if standing.tail else frontier_ms)
    sums = _closed(ledger, devices, np.minimum(edges_ms, frontier_ms))
    if standing.tail is not None:
        sums += standing.tail.up_to(devices, np.maximum(edges_ms, frontier_ms))
    stacked = np.diff(sums, axis=2)
    missing_ms = np.diff(edges_ms)[np.newaxis, :] - stacked[2] - stacked[3]
    return Energy(*stacked, missing_ms)


def _standing(ledger: Ledger, devices: Sequence[str], wanted: Stretch) -> Standing:
    """The standing, once it can answer for what is wanted."""
    days = Stretch(day_start(wanted.start_ms), wanted.end_ms)
    standing = ledger.board.wait_for(devices, days, WAIT_SECONDS)
    if standing.lacks(devices, days) and not _closed_suffices(standing, devices, days):
        if standing.down is not None:
            raise VictoriaMetricsDown(standing.down)
        raise still_building(standing)
    known_until_ms = standing.tail.end_ms if standing.tail else standing.frontier_ms or 0
    if wanted.end_ms > known_until_ms + STALE_MS:
        raise VictoriaMetricsDown(standing.down or "the ledger has not looked for a minute")
    return standing


def _closed_suffices(standing: Standing, devices: Sequence[str], days: Stretch) -> bool:
    """Without VictoriaMetrics closed slots still hold, unless they are known to be outdated."""
    return (
        standing.down is not None
        and standing.frontier_ms is not None
        and days.end_ms <= standing.frontier_ms
        and not standing.is_behind(devices, days)
    )


def still_building(standing: Standing) -> Problem:
    """503: nothing is shown as zero only because it was not looked at yet."""
    eta_seconds, progress = None, ""
    if standing.rebuild is not None:
        eta_seconds = standing.rebuild.eta_seconds()
        progress = f" {standing.rebuild.progress:.0%} are done."
    return Problem(
        503,
        "ledger-behind",
        f"The energy of this range is being worked out from its samples.{progress}",
        what_to_do="Ask again in a moment; newer ranges are ready first. GET /api/v1/ledger"
        " tells how far it is.",
        retry_after_seconds=max(1, min(60, round(eta_seconds or 2))),
    )


def _closed(ledger: Ledger, devices: Sequence[str], edges_ms: Int64s) -> Int64s:
    """Sums of closed slots up to each edge, slots with an edge inside divided exactly."""
    with reading(ledger.engine) as session:
        stored = read_stored(session, devices, edges_ms)
    if stored.slot.any():
        # After the session: nobody who writes has to wait for raw samples.
        cuts = _cuts_at(ledger.rules(), devices, edges_ms, stored)
        amounts = _make_cuts(ledger, list(cuts.values()))
        for (device, edge), cut in cuts.items():
            stored.up_to[:, device, edge] += amounts[cut]
    return stored.up_to


def _cuts_at(
    rules: Mapping[str, DeviceRules], devices: Sequence[str], edges_ms: Int64s, stored: Stored
) -> dict[tuple[int, int], Cut]:
    """The slots with energy or known time that an edge divides, by position of device and edge."""
    known = np.argwhere(stored.slot.any(axis=0)).tolist()
    return {
        (device, int(stored.divided[divided])): Cut(
            rules[devices[device]],
            int(edges_ms[stored.divided[divided]]),
            tuple(stored.slot[:, device, divided].tolist()),
            int(stored.source[device, divided]),
        )
        for device, divided in known
    }


def _make_cuts(ledger: Ledger, cuts: Sequence[Cut]) -> dict[Cut, Int64s]:
    made = ledger.cuts.recall(cuts)
    fresh = [cut for cut in cuts if cut not in made]
    if fresh:
        ledger.victoriametrics.check_answers()
        samples = Samples(
            ledger.victoriametrics,
            select_all(ledger.home()),
            ledger.now_ms(),
            CUT_DEADLINE_SECONDS,
        )
        new = cut_slots(samples, partial(days_of, ledger), fresh)
        ledger.cuts.keep(new)
        made |= new
    return made
