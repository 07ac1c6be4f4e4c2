"""What the unit measures: circuits with a load curve each, the sun, and what the grid makes up.

All energy comes from the watts of whole minutes. Own use of the sun and bought energy are cut to
watt-hours, and the other quantities are their sums, so the unit's identities hold exactly:
generation = own use + sold, use = own use + bought. Circuits are cut to watt-hours too, so they
never add up to more than the use.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

ZONE = ZoneInfo("Asia/Tokyo")
MINUTES_PER_HOUR = 60
HOURS = 24

# Watts of the minutes that begin at these Unix times in seconds.
type Floats = NDArray[np.floating[Any]]
type Curve = Callable[[Floats], Floats]
type Hours = NDArray[np.int64]


def constant(watts: float) -> Curve:
    """Return a load that never changes."""
    return lambda seconds: np.full(len(seconds), float(watts))


@dataclass(frozen=True, slots=True)
class Circuit:
    """A measured circuit.

    Attributes:
        id: As the catalogue has it, from "8".
        name: As the catalogue has it.
        page_name: As the page of circuits has it, `|` where it wraps; default: as `name`.
        curve: Its load.
    """

    id: str
    name: str
    curve: Curve
    page_name: str = ""

    @property
    def wrapped_name(self) -> str:
        """Return the name on the page of circuits."""
        return self.page_name or self.name


@dataclass(frozen=True, slots=True)
class Household:
    """A house.

    Attributes:
        circuits: In the order of the catalogue.
        sun: The photovoltaic generation.
        rest: Use that no circuit measures; it is never 0 in a real house.
        fuel_cell: A second generator; None in a house without one.
        step_seconds: How long the power that is shown stays the same.
        energy_step_seconds: The same of the energy.
    """

    circuits: tuple[Circuit, ...]
    sun: Curve = field(default_factory=lambda: constant(0))
    rest: Curve = field(default_factory=lambda: constant(31))
    fuel_cell: Curve | None = None
    step_seconds: int = 60
    energy_step_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Watts:
    """Power of one step."""

    circuits: dict[str, int]
    sun: int
    fuel_cell: int
    use: float

    @property
    def generation(self) -> int:
        """Return the power of all generators."""
        return self.sun + self.fuel_cell


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """Watt-hours by hour of a day, until an instant."""

    own_use_wh: Hours
    bought_wh: Hours
    sold_wh: Hours
    circuits_wh: dict[str, Hours]

    @property
    def generation_wh(self) -> Hours:
        """Return what was generated."""
        return self.own_use_wh + self.sold_wh

    @property
    def use_wh(self) -> Hours:
        """Return what was used."""
        return self.own_use_wh + self.bought_wh


def watts_at(house: Household, at: datetime) -> Watts:
    """Return the power of the step that `at` lies in, in whole watts as the unit shows it."""
    step = np.array([at.timestamp() // house.step_seconds * house.step_seconds])
    circuits = {c.id: round(float(c.curve(step)[0])) for c in house.circuits}
    fuel_cell = round(float(house.fuel_cell(step)[0])) if house.fuel_cell else 0
    return Watts(
        circuits=circuits,
        sun=round(float(house.sun(step)[0])),
        fuel_cell=fuel_cell,
        use=sum(circuits.values()) + float(house.rest(step)[0]),
    )


def energy_of(house: Household, day: date, until: datetime) -> DayEnergy:
    """Return the energy of a day by the unit's calendar, of its minutes that ended before `until`.

    Japan has no summer time: every day has 24 hours.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    seconds = start.timestamp() + 60.0 * np.arange(HOURS * MINUTES_PER_HOUR)
    passed = np.clip((until.timestamp() - seconds) / 60, 0.0, 1.0)
    circuits = {c.id: c.curve(seconds) * passed for c in house.circuits}
    use = house.rest(seconds) * passed + sum(circuits.values(), np.zeros(len(seconds)))
    generation = house.sun(seconds) * passed
    if house.fuel_cell:
        generation = generation + house.fuel_cell(seconds) * passed
    return DayEnergy(
        own_use_wh=_hours(np.minimum(use, generation)),
        bought_wh=_hours(np.maximum(use - generation, 0)),
        sold_wh=_hours(np.maximum(generation - use, 0)),
        circuits_wh={key: _hours(watts) for key, watts in circuits.items()},
    )


def _hours(watts: Floats) -> Hours:
    hours = watts.reshape(HOURS, MINUTES_PER_HOUR).sum(axis=1) / MINUTES_PER_HOUR
    return np.floor(hours + 1e-6).astype(np.int64)


def day_of(at: datetime) -> date:
    """Return the date of the unit's calendar."""
    return at.astimezone(ZONE).date()


def midnight_after(day: date) -> datetime:
    """Return the end of a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return (start + timedelta(days=1)).astimezone(UTC)
