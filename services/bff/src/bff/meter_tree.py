"""Meters above meters: what is left of a meter after the devices behind it. Pure.

Every watt-hour counts once: a meter's own share (its rest) is what it measured less what the
devices directly behind it measured while the meter itself was measured. Totals add up own shares.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bff.energy import Energy, EnergyBetween, Integers
from bff.time_grid import DAY_MS, SLOT_MS

type Kind = Literal[
    "load", "grid", "grid_import", "grid_export", "generation", "charge", "discharge"
]

# Behind a meter these feed it: its own share is what it measured plus what they gave.
FEEDING_KINDS: frozenset[Kind] = frozenset({"generation", "discharge"})
# Days first, and only days that a meter was measured for in part slot by slot.
GRID_STEPS_MS = (DAY_MS, SLOT_MS)


@dataclass(frozen=True, slots=True)
class Link:
    """A device whose electricity also runs through a meter, over [from_ms, to_ms).

    Attributes:
        from_ms: Unix milliseconds; None when it was always so.
        to_ms: Unix milliseconds; None while it is so.
    """

    device: str
    kind: Kind
    upstream: str
    from_ms: int | None = None
    to_ms: int | None = None

    def holds(self, edges: Sequence[int]) -> np.ndarray:
        """Return for each interval between edges whether the link holds at its start."""
        starts = np.array(edges[:-1], dtype=np.int64)
        begun = np.full(len(starts), fill_value=True)
        if self.from_ms is not None:
            begun &= starts >= self.from_ms
        if self.to_ms is not None:
            begun &= starts < self.to_ms
        return begun


def link_edges(links: Sequence[Link]) -> set[int]:
    """Return the instants at which a link begins or ends."""
    instants = {at for link in links for at in (link.from_ms, link.to_ms)}
    return {at for at in instants if at is not None}


@dataclass(frozen=True, slots=True)
class OwnEnergy:
    """Own shares of devices and all that each measured; both of shape (devices, intervals).

    `own` may be negative where the devices behind a meter measured more than the meter.

    Attributes:
        unmeasured_ms: Per device, the time in which it was measured and a device behind it not.
    """

    own: Energy
    through: Energy
    unmeasured_ms: Mapping[tuple[str, str], int]


def own_energy(
    energy_between: EnergyBetween,
    links: Sequence[Link],
    devices: Sequence[str],
    edges: Sequence[int],
) -> OwnEnergy:
    """Return what each device used itself between neighbouring edges.

    Args:
        energy_between: Measured energy of devices between edges.
        links: Which device runs through which meter; the edges contain every change of them.
        devices: The devices wanted.
        edges: Sorted Unix milliseconds.
    """
    by_meter = _links_by_meter(links, devices)
    behind = {link.device for of_meter in by_meter.values() for link in of_meter}
    involved = [*devices, *sorted(behind - set(devices))]
    energy = energy_between(involved, edges)
    row = {device: position for position, device in enumerate(involved)}
    own_uwh = np.stack([energy.measured_uwh, energy.estimated_uwh])[:, : len(devices)].copy()
    unmeasured: dict[tuple[str, str], int] = {}
    for meter, of_meter in by_meter.items():
        rows = [row[meter], *(row[link.device] for link in of_meter)]
        names = [meter, *(link.device for link in of_meter)]
        covered_uwh = _covered(energy_between, names, edges, _rows(energy, rows), GRID_STEPS_MS)
        for position, link in enumerate(of_meter):
            sign = -1 if link.kind in FEEDING_KINDS else 1
            own_uwh[:, row[meter]] -= sign * covered_uwh[:, position] * link.holds(edges)
        unmeasured |= _unmeasured(energy, rows, names, [link.holds(edges) for link in of_meter])
    through = _rows(energy, list(range(len(devices))))
    own = Energy(*own_uwh, through.measured_ms, through.estimated_ms, through.missing_ms)
    return OwnEnergy(own, through, unmeasured)


def _links_by_meter(links: Sequence[Link], devices: Sequence[str]) -> dict[str, list[Link]]:
    wanted, by_meter = set(devices), defaultdict[str, list[Link]](list)
    for link in links:
        if link.upstream in wanted:
            by_meter[link.upstream].append(link)
    return by_meter


def _rows(energy: Energy, rows: Sequence[int]) -> Energy:
    wanted = list(rows)
    return Energy(
        energy.measured_uwh[wanted],
        energy.estimated_uwh[wanted],
        energy.measured_ms[wanted],
        energy.estimated_ms[wanted],
        energy.missing_ms[wanted],
    )


def _covered(
    energy_between: EnergyBetween,
    names: Sequence[str],
    edges: Sequence[int],
    energy: Energy,
    steps_ms: Sequence[int],
) -> Integers:
    """Return what devices used while their meter was measured: (2, devices, intervals).

    The first row of `energy` is the meter's, the others are those of the devices behind it.
    """
    known_ms = energy.measured_ms + energy.estimated_ms
    whole_uwh = np.stack([energy.measured_uwh[1:], energy.estimated_uwh[1:]])
    in_part = (known_ms[0] > 0) & (energy.missing_ms[0] > 0)
    covered_uwh = np.where(known_ms[0] > 0, whole_uwh, 0)
    if not in_part.any():
        return covered_uwh
    if not steps_ms:
        return np.where(in_part, _in_proportion(whole_uwh, known_ms), covered_uwh)
    finer = _finer_edges(edges, in_part, steps_ms[0])
    parts_uwh = _covered(energy_between, names, finer, energy_between(names, finer), steps_ms[1:])
    sums_uwh = np.add.reduceat(parts_uwh, np.searchsorted(finer, edges[:-1]), axis=2)
    return np.where(in_part, sums_uwh, covered_uwh)


def _in_proportion(whole_uwh: Integers, known_ms: Integers) -> Integers:
    """Return the part of a slot's energy that lies in its meter's time, spread evenly over it."""
    of_devices_ms = np.maximum(known_ms[1:], 1)
    shared_ms = np.minimum(known_ms[0], of_devices_ms)
    return whole_uwh * shared_ms // of_devices_ms


def _finer_edges(edges: Sequence[int], in_part: np.ndarray, step_ms: int) -> list[int]:
    finer = set(edges)
    for position in np.flatnonzero(in_part).tolist():
        start_ms, end_ms = edges[position], edges[position + 1]
        finer.update(range(start_ms // step_ms * step_ms + step_ms, end_ms, step_ms))
    return sorted(finer)


def _unmeasured(
    energy: Energy, rows: Sequence[int], names: Sequence[str], holds: Sequence[np.ndarray]
) -> dict[tuple[str, str], int]:
    """Return for how long a device behind the meter was not measured while the meter was."""
    known_ms = energy.measured_ms[rows] + energy.estimated_ms[rows]
    lacking_ms = np.maximum(0, known_ms[0] - known_ms[1:]) * np.stack(holds)
    sums_ms = lacking_ms.sum(axis=1).tolist()
    return {
        (names[0], device): total_ms
        for device, total_ms in zip(names[1:], sums_ms, strict=True)
        if total_ms
    }
