"""The amounts of a place by hour of the week."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bff.cost.pricing import CostAmounts, added
from bff.cost.query import CostQuery, fetch_cost, group
from bff.prices.query import select_price_spans
from bff.register.view import Register
from bff.services import Services
from bff.time_grid import in_zone, unix_milliseconds

# The day of the week, 1 for Monday, and the hour.
type HourOfWeek = tuple[int, int]


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
    spans = services.recall(select_price_spans, register.home.currency)
    table = fetch_cost(services.energy_between, grouping, spans, now_ms)
    found: dict[HourOfWeek, list[CostAmounts]] = defaultdict(list)
    for start_ms, [amounts] in zip(grouping.bucket_edges[:-1], table.rows, strict=True):
        if start_ms < now_ms:
            local = in_zone(start_ms, zone)
            found[local.isoweekday(), local.hour].append(amounts)
    return {hour: HourAmounts(added(each), len(each)) for hour, each in found.items()}
