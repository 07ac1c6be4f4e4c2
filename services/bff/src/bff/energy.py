"""Energy, prices and money as exact integers, and their text in the API.

Energy is in micro-watt-hours (10^-9 kWh), prices in 10^-12 currency units per kWh; their
products, money in 10^-21 currency units, are Python integers of any length. In the API they are
plain decimal strings; never floats, never 1E+3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import WithJsonSchema

from bff.time_grid import Interval
from energy_rules.sources import Amounts

UWH_EXPONENT = 9
PRICE_EXPONENT = 12
MONEY_EXPONENT = UWH_EXPONENT + PRICE_EXPONENT

Exact = Annotated[
    str,
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["34.3333"]}),
]


def plain(value: Decimal) -> str:
    """Format without exponent and without trailing zeros: `34.2`, `0`, `1000`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled(units: int, exponent: int) -> str:
    """Format exactly `units` times 10^-exponent in the form of `plain`."""
    if not units:
        return "0"  # most of the thousands in a response are
    digits = str(abs(units)).zfill(exponent + 1)
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}".rstrip("0").rstrip(".")


def exact_kwh(uwh: int | None) -> str | None:
    """Format micro-watt-hours as kWh; None stays None."""
    return None if uwh is None else scaled(uwh, UWH_EXPONENT)


type Integers = NDArray[np.int64]

# The ledger keeps the second counter of a meter of kind `grid`, of what it exported, as a device of
# its own. No id of the configuration has a colon.
EXPORTED_SUFFIX = ":exported"
# Of stored energy: measured and estimated, each as micro-watt-hours and milliseconds.
QUANTITIES = 4


def exported_label(label: str) -> str:
    """Return the name that the ledger keeps the exported energy of a meter under."""
    return label + EXPORTED_SUFFIX


def meter_of_label(label: str) -> str:
    """Return the meter whose counter the ledger keeps under a name: of most it is the name."""
    return label.removesuffix(EXPORTED_SUFFIX)


@dataclass(frozen=True, slots=True)
class Energy:
    """Arrays of shape (devices, intervals), an interval lying between two neighbouring edges.

    Attributes:
        measured_uwh: Micro-watt-hours (10^9 to the kWh) between good samples.
        estimated_uwh: Micro-watt-hours spread over a gap whose counter survived.
        measured_ms: Milliseconds covered by good samples.
        estimated_ms: Milliseconds covered by the counter only.
        missing_ms: Milliseconds without any data.
    """

    measured_uwh: Integers
    estimated_uwh: Integers
    measured_ms: Integers
    estimated_ms: Integers
    missing_ms: Integers

    def stacked(self) -> Integers:
        """Return all quantities in one array: shape (quantities, devices, intervals)."""
        return np.stack(
            [
                self.measured_uwh,
                self.estimated_uwh,
                self.measured_ms,
                self.estimated_ms,
                self.missing_ms,
            ]
        )


@dataclass(frozen=True, slots=True)
class Slots:
    """Neighbouring slots of one device.

    Attributes:
        amounts: Energy and covered time of each slot.
        source: For each slot the position of the source that counts, in configuration order.
    """

    amounts: Amounts
    source: Integers


# Device ids and sorted edges (Unix milliseconds) to the energy between neighbouring edges.
type EnergyBetween = Callable[[Sequence[str], Sequence[int]], Energy]


@runtime_checkable
class EnergyOfCells(Protocol):
    """Energy that also finds where devices were not measured, and what others used there."""

    def open_from_ms(self) -> int:
        """Return the first day on whose slots `uneven_days` returns nothing."""
        ...

    def uneven_days(
        self, devices: Sequence[str], interval: Interval
    ) -> Mapping[str, Mapping[int, int]]:
        """Return the days that a device was not measured for as a whole, with for how long."""
        ...

    def at(self, devices: Sequence[str], starts_ms: Integers, ends_ms: Integers) -> Energy:
        """Return the energy in cells: slots or days, or parts of them at edges and since now."""
        ...
