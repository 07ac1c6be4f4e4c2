"""The power that demand charges rest on: the highest mean of a slot in some months."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from fractions import Fraction
from itertools import pairwise

import numpy as np

from bff.bills.energy import fetch_house_energy
from bff.bills.tariff import Tariff
from bff.contracts.bands import Calendar, MissingDayError, is_charged
from bff.contracts.charges import charged_kw
from bff.contracts.document import BasicLine, ContractDocument, Demand
from bff.contracts.period import BilledPart
from bff.readings.periods import MIN_APART, periods_within
from bff.register.register import Entry, Register
from bff.services import Services
from bff.time_grid import instant, midnight, unix_milliseconds
from energy_rules.quantities import HOUR_MS, MINUTE_MS, UWH_PER_KWH

# So many slots of all devices are held at once.
MAX_SLOTS = 3_000

type Span = tuple[int, int]


def fetch_demand_kw(
    services: Services,
    register: Register,
    document: ContractDocument,
    tariff: Tariff,
    part: BilledPart,
) -> dict[str, Fraction]:
    """Return the power that is charged, by line that charges it; without unknown ones."""
    calendar = tariff.calendar(document)
    found: dict[str, Fraction] = {}
    for line in document.lines:
        if isinstance(line, BasicLine) and line.demand:
            spans = _spans(services, line.demand, tariff, part)
            peaks = [_highest_kw(services, register, line.demand, calendar, span) for span in spans]
            kw = charged_kw(line.demand, [peak for peak in peaks if peak is not None])
            if kw is not None:
                found[line.name] = kw
    return found


def _spans(services: Services, demand: Demand, tariff: Tariff, part: BilledPart) -> list[Span]:
    """Return the months up to the end of a part; as one where only the highest is charged."""
    slot_ms = demand.slot_minutes * MINUTE_MS
    step = demand.window_months if demand.of == "highest" else 1
    months = range(demand.window_months, 0, -step)
    days = [*(_demand_begins(tariff, part, each) for each in months), part.end_day]
    now_ms = unix_milliseconds(services.now())
    edges = [min(midnight(day, tariff.zone), now_ms) // slot_ms * slot_ms for day in days]
    return list(pairwise(edges))


def _demand_begins(tariff: Tariff, part: BilledPart, months: int) -> date:
    """Return the reading so many months before the end of a part; without one near, that day."""
    years, month = divmod(part.end_day.year * 12 + part.end_day.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    day = date(years, month + 1, min(part.end_day.day, last))
    near = periods_within(tariff.readings, day - MIN_APART, day + MIN_APART)
    readings = [edge for each in near for edge in (each.first_day, each.end_day)]
    found = min(readings, key=lambda reading: abs(reading - day), default=day)
    return found if abs(found - day) < MIN_APART else day


def _highest_kw(
    services: Services, register: Register, demand: Demand, calendar: Calendar, span: Span
) -> Fraction | None:
    """Return the highest mean power of a slot; None where nothing was measured.

    Also None where a series lacks the name of a day.
    """
    slot_ms = demand.slot_minutes * MINUTE_MS
    highest: int | None = None
    for edges in _slots(span, slot_ms):
        energy = fetch_house_energy(services.energy_between, _of_house(register), edges)
        meter = energy.meter_of(slice(None))
        if meter is None:
            continue
        try:
            counts = _counts(demand, calendar, edges[:-1])
        except MissingDayError:
            return None
        of_slots = energy.by_meter[meter].uwh[counts]
        highest = max(highest or 0, int(of_slots.max(initial=0)))
    return None if highest is None else Fraction(highest * HOUR_MS, slot_ms * UWH_PER_KWH)


def _slots(span: Span, slot_ms: int) -> Iterator[list[int]]:
    """Yield the edges of some slots at a time."""
    start_ms, end_ms = span
    for from_ms in range(start_ms, end_ms, slot_ms * MAX_SLOTS):
        yield list(range(from_ms, min(from_ms + slot_ms * MAX_SLOTS, end_ms) + 1, slot_ms))


def _counts(demand: Demand, calendar: Calendar, slots: Sequence[int]) -> np.ndarray:
    if demand.days == "all" and not demand.hours and not demand.months:
        return np.ones(len(slots), dtype=bool)
    times = (instant(slot).astimezone(UTC) for slot in slots)
    return np.array([is_charged(demand, calendar, at) for at in times], dtype=bool)


def _of_house(register: Register) -> Sequence[Entry]:
    """Return the entries that measure the whole house, where there are any."""
    grid = [entry for entry in register.entries if entry.kind in {"grid", "grid_import"}]
    meters = [entry for entry in register.entries if entry.house_meter]
    return grid or meters or register.entries
