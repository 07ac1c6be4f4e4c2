"""The intervals of a billed part: bands of a day and slots of the market, by instants. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from bff.contracts.bands import Calendar, MissingDayError, band_at, band_edges
from bff.contracts.charges import ALL, BETWEEN_BANDS, Usage
from bff.contracts.document import EnergyLine
from bff.contracts.timeline import ContractPart
from bff.energy import Integers
from bff.time_grid import instant, midnight

# Energy of an instant that no band of a contract fits: no line has a price for it.
NO_BAND = "none"


@dataclass(frozen=True)
class PartLayout:
    """The intervals of a part, each with its band.

    Attributes:
        edges: Unix milliseconds.
        bands: The band of each interval; of several lines with times of use, that of each.
        missing: What a series lacks to name the band of an interval.
        slots: The start of each slot of the market; empty where the contract does not follow it.
        slot: The position of each interval's slot.
    """

    edges: Sequence[int]
    bands: Sequence[str]
    missing: Sequence[str]
    slots: Sequence[int]
    slot: Sequence[int]

    @cached_property
    def band_names(self) -> Sequence[str]:
        """Each band once, in the order in which they begin."""
        return tuple(dict.fromkeys(self.bands))

    @cached_property
    def _columns(self) -> Sequence[Integers]:
        """The intervals of each band."""
        position = {band: at for at, band in enumerate(self.band_names)}
        of_interval = np.array([position[band] for band in self.bands], dtype=np.int64)
        return [np.flatnonzero(of_interval == at) for at in range(len(position))]

    @cached_property
    def _slot_starts(self) -> Integers:
        """The first interval of each slot; every slot has one."""
        return np.searchsorted(self.slot, np.arange(len(self.slots)))

    def usages(self, uwh: Integers) -> list[Usage]:
        """Return the energy of several devices as it is charged: shape (devices, intervals)."""
        by_band = [uwh[:, columns].sum(axis=1).tolist() for columns in self._columns]
        by_slot: Sequence[Sequence[int]] = [()] * len(uwh)
        if self.slots:
            by_slot = np.add.reduceat(uwh, self._slot_starts, axis=1).tolist()
        return [
            Usage(dict(zip(self.band_names, of_bands, strict=True)), of_slots)
            for of_bands, of_slots in zip(zip(*by_band, strict=True), by_slot, strict=True)
        ]

    def usage(self, uwh: Integers, export_uwh: Integers | None = None) -> Usage:
        """Return energy by interval as it is charged."""
        if export_uwh is None:
            [used] = self.usages(uwh[np.newaxis])
            return used
        used, sold = self.usages(np.stack([uwh, export_uwh]))
        return replace(used, export_uwh=sold.total_uwh, export_slot_uwh=sold.slot_uwh)


def layout_of(
    part: ContractPart, calendar: Calendar, house_zone: ZoneInfo, slot_ms: int
) -> PartLayout:
    """Return the intervals of a part.

    Args:
        part: Days and their contract.
        calendar: Holidays, names of days, and the zone that bands follow.
        house_zone: The zone in which days begin.
        slot_ms: How long a slot of the market is; 0 where the contract does not follow it.
    """
    start_ms = midnight(part.part.first_day, house_zone)
    end_ms = midnight(part.part.end_day, house_zone)
    slots = _slots(start_ms, end_ms, slot_ms)
    edges = {start_ms, end_ms, *slots[1:]}
    for line in part.agreed.document.banded_lines:
        found = band_edges(line, calendar, instant(start_ms), instant(end_ms))
        edges |= {int(at.timestamp()) * 1000 for at in found}
    ordered = sorted(edges)
    bands, missing = _bands(part, calendar, ordered)
    slot = [_slot_at(slots, edge, slot_ms) for edge in ordered[:-1]] if slots else []
    return PartLayout(ordered, bands, missing, slots, slot)


def _slots(start_ms: int, end_ms: int, slot_ms: int) -> list[int]:
    return list(range(start_ms // slot_ms * slot_ms, end_ms, slot_ms)) if slot_ms else []


def _slot_at(slots: Sequence[int], at_ms: int, slot_ms: int) -> int:
    return (at_ms - slots[0]) // slot_ms


def _bands(
    part: ContractPart, calendar: Calendar, edges: Sequence[int]
) -> tuple[list[str], list[str]]:
    lines = part.agreed.document.banded_lines
    if not lines:
        return [ALL] * (len(edges) - 1), []
    missing = dict[str, None]()
    times = [datetime.fromtimestamp(edge / 1000, UTC) for edge in edges[:-1]]
    bands = [
        BETWEEN_BANDS.join(_band_name(line, calendar, at, missing) for line in lines)
        for at in times
    ]
    return bands, list(missing)


def _band_name(line: EnergyLine, calendar: Calendar, at: datetime, missing: dict[str, None]) -> str:
    """Return the band of a line; a day that a series lacks is added to `missing`."""
    try:
        band = band_at(line, calendar, at)
    except MissingDayError as error:
        missing[str(error)] = None
        return NO_BAND
    return NO_BAND if band is None else band.name
