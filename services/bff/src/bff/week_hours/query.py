"""The amounts of a place by hour of the week."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bff.cost.pricing import CostAmounts, added
from bff.cost.query import CostQuery, Grouping, fetch_cost, group
from bff.prices.query import select_price_spans
from bff.register.register import Register
from bff.services import Services
from bff.time_grid import in_zone, unix_milliseconds

# The day of the week, 1 for Monday, and the hour.
type HourOfWeek = tuple[int, int]

# Hours times devices: 8 MB for each of the arrays.
CELLS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class HourAmounts:
    """The amounts of one hour of the week, and how often it began until now."""

    amounts: CostAmounts
    times: int


def fetch_week_hours(
    services: Services, register: Register, query: CostQuery
) -> Mapping[HourOfWeek, HourAmounts]:
    """Fetch the amounts of a query by hour, and add them up by hour of the week.

    Raises:
        ProblemError: 422, the range is empty or too long.
    """
    zone, now_ms = register.home.zone, unix_milliseconds(services.now())
    grouping = group(register, query, zone)
    spans = services.cached(select_price_spans, register.home.currency)
    found: dict[HourOfWeek, list[CostAmounts]] = defaultdict(list)
    for part in _parts(grouping, len(register.entries)):
        table = fetch_cost(services.energy_between, part, spans, now_ms)
        for start_ms, [amounts] in zip(part.bucket_edges[:-1], table.rows, strict=True):
            if start_ms < now_ms:
                local = in_zone(start_ms, zone)
                found[local.isoweekday(), local.hour].append(amounts)
    return {hour: HourAmounts(added(each), len(each)) for hour, each in found.items()}


def _parts(grouping: Grouping, devices: int) -> Iterator[Grouping]:
    """Yield the grouping in stretches of hours: a year of many devices is too much at once."""
    edges = grouping.bucket_edges
    step = max(1, CELLS_AT_ONCE // max(1, devices))
    for first in range(0, len(edges) - 1, step):
        yield replace(grouping, bucket_edges=edges[first : first + step + 1])
