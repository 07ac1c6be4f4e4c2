"""Changed prices and events of a range."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy.orm import Session

from bff.events.query import AnyEvent, select_events
from bff.events.schemas import EventQuery
from bff.prices.query import PriceSpan, price_by_interval, price_edges, select_price_spans
from bff.prices.schemas import Direction
from bff.register.register import Place, Register, entries_in
from bff.services import Services
from bff.time_grid import Interval, instant

DIRECTIONS: Sequence[Direction] = ("import", "export")
MAX_SEARCHED_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Prices in 10^-12 currency units per kWh before and from an instant; None where none holds."""

    at_ms: int
    direction: Direction
    before_e12: int | None
    after_e12: int | None


def select_price_changes(
    services: Services, currency: str, interval: Interval
) -> list[PriceChange]:
    """Select the changes of prices within an interval, its first instant included."""
    found = (
        change
        for direction in DIRECTIONS
        for change in price_changes(
            services.cached(select_price_spans, currency, direction), direction, interval
        )
    )
    return sorted(found, key=lambda change: change.at_ms)


def price_changes(
    spans: Sequence[PriceSpan], direction: Direction, interval: Interval
) -> Iterator[PriceChange]:
    """Yield the instants of an interval at which another price begins to hold."""
    before_ms = interval.start_ms - 1
    inside = sorted(price_edges(spans, before_ms, interval.end_ms))
    prices = price_by_interval(spans, [before_ms, *inside, interval.end_ms])
    for at_ms, (before, after) in zip(inside, pairwise(prices), strict=True):
        if before != after:
            yield PriceChange(at_ms, direction, before, after)


def select_events_of(
    services: Services, register: Register, place: Place, interval: Interval
) -> list[AnyEvent]:
    """Select the events of the devices of a place that were shown in an interval."""
    events = services.cached(_select_shown, place.device, interval)
    devices = _devices_in(register, place)
    return [event for event in reversed(events) if devices is None or event.device in devices]


def _select_shown(session: Session, device: str | None, interval: Interval) -> Sequence[AnyEvent]:
    wanted = {
        "device": device,
        "from": instant(interval.start_ms),
        "to": instant(interval.end_ms),
        "max_events": MAX_SEARCHED_EVENTS,
    }
    _, events = select_events(session, EventQuery.model_validate(wanted))
    return events


def _devices_in(register: Register, place: Place) -> Collection[str] | None:
    """Return the ids of the devices of a place; None for all of the house."""
    if place.level == "house":
        return None
    return {entry.device for entry in entries_in(register, place)} | {place.device or ""}
