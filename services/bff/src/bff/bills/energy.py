"""The energy of a house as its bill has it: bought, sold, and what each device used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bff.energy import EnergyBetween, Integers
from bff.meter_tree import BOUGHT_KINDS, own_energy
from bff.register.register import Entry, with_exported

type Meter = Literal["grid_import", "house_meter", "devices"]


@dataclass(frozen=True, slots=True)
class Metered:
    """Energy by interval, and for how long it was measured and not."""

    uwh: Integers
    known_ms: Integers
    missing_ms: Integers

    def within(self, columns: slice) -> "Metered":
        """Return the part in some intervals."""
        return Metered(self.uwh[columns], self.known_ms[columns], self.missing_ms[columns])


@dataclass(frozen=True, slots=True)
class HouseEnergy:
    """Energy between neighbouring edges; every quantity by interval.

    Attributes:
        by_meter: What each way of measuring the house gives; only those that there are.
        sold: Given to the grid.
        devices: What each device used itself.
        rest_uwh: What was used and no device explains.
    """

    edges: Sequence[int]
    by_meter: Mapping[Meter, Metered]
    sold: Metered
    devices: Mapping[str, Integers]
    rest_uwh: Integers

    def meter_of(self, columns: slice) -> Meter | None:
        """Return what a bill rests on: the best that measured anything in some intervals."""
        measured = (meter for meter, each in self.by_meter.items() if each.known_ms[columns].any())
        return next(measured, None)


def fetch_house_energy(
    energy_between: EnergyBetween, entries: Sequence[Entry], edges: Sequence[int]
) -> HouseEnergy:
    """Fetch the energy between edges; time after now has neither energy nor coverage."""
    if not entries:
        nothing = np.zeros(len(edges) - 1, dtype=np.int64)
        return HouseEnergy(edges, {}, Metered(nothing, nothing, nothing), {}, nothing)
    entries = with_exported(entries)
    shares = own_energy(energy_between, entries, entries, edges, with_house=True)
    own, through = shares.own.stacked(), shares.through.stacked()
    house_rest = shares.house_rest.stacked()[:, 0]
    kinds = np.array([entry.kind for entry in entries])
    house_meter = np.array([entry.house_meter for entry in entries], dtype=bool)
    loads = own[:, kinds == "load"].sum(axis=1)
    by_meter: dict[Meter, Metered] = {}
    if (bought := np.isin(kinds, sorted(BOUGHT_KINDS))).any():
        by_meter["grid_import"] = _metered(through[:, bought].sum(axis=1))
    if house_meter.any():
        of_meter = _metered(through[:, house_meter].sum(axis=1))
        # While the house meter was not measured, the devices are what there is.
        by_meter["house_meter"] = Metered(
            (loads + house_rest)[:2].sum(axis=0), of_meter.known_ms, of_meter.missing_ms
        )
    by_meter["devices"] = _metered(loads + house_rest)
    return HouseEnergy(
        edges,
        by_meter,
        _metered(through[:, kinds == "grid_export"].sum(axis=1)),
        _by_device(entries, own, (kinds == "load") & ~house_meter),
        own[:2, house_meter].sum(axis=(0, 1)) + house_rest[:2].sum(axis=0),
    )


def _metered(stacked: Integers) -> Metered:
    return Metered(stacked[:2].sum(axis=0), stacked[2:4].sum(axis=0), stacked[4])


def _by_device(entries: Sequence[Entry], own: Integers, wanted: np.ndarray) -> dict[str, Integers]:
    found: dict[str, Integers] = {}
    for position in np.flatnonzero(wanted).tolist():
        name = entries[position].device
        uwh = own[:2, position].sum(axis=0)
        found[name] = found[name] + uwh if name in found else uwh
    return found
