"""`/cost`: energy and cost of a place over a range."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from bff.cost.contract import Allocation, fetch_contract_cost
from bff.cost.query import CostQuery, fetch_costs, group
from bff.cost.response import contract_basis, cost_response
from bff.cost.schemas import Cost
from bff.http.schemas import From, OneDevice, Room, Shelf, To, json_response
from bff.prices.query import select_price_spans
from bff.register.register import Register, find_place
from bff.services import Services, UsedServices, limit_concurrency
from bff.time_grid import Bucket, unix_milliseconds

router = APIRouter(tags=["cost"])

By = Annotated[Bucket | None, Query(description="One row for each hour, day or month.")]
GroupBy = Annotated[
    Literal["room", "shelf", "device"] | None, Query(description="One row for each such place.")
]
Basis = Annotated[
    Literal["unit_price", "contract"],
    Query(
        description="unit_price: energy times the price of a kWh. contract: what energy bears of"
        " the bills of its reading periods."
    ),
]
AllocationChoice = Annotated[
    Allocation,
    Query(
        description="Of basis contract. average: every measured kWh of a band costs the same."
        " marginal: what would not have been billed without the energy of the row."
    ),
]


@router.get("/cost", summary="Energy and cost of a place over a range", response_model=Cost)
@limit_concurrency
def get_cost(  # noqa: PLR0913, PLR0917 - the query parameters
    services: UsedServices,
    from_: From,
    to: To,
    room: Room = None,
    shelf: Shelf = None,
    device: OneDevice = None,
    by: By = None,
    group_by: GroupBy = None,
    basis: Basis = "unit_price",
    allocation: AllocationChoice = "average",
) -> Response:
    """Without room, shelf and device: the whole house. Rows add up to the total exactly.

    Every watt-hour counts once: of a meter its own share, where it was at that time. What is
    bought, sold, generated or stored is in `/balance`.

    Hours, days and months are the house's; the range may shorten the first and the last.

    By contract, what no energy bears (basic charge, rounding) is listed with the bill of each
    reading period within the range: with it, the rows add up to the bills exactly.
    """
    register = services.register.current()
    home = register.home
    place = find_place(register, room, shelf, device)
    query = CostQuery(place, unix_milliseconds(from_), unix_milliseconds(to), by, group_by)
    if basis == "contract":
        grouping = group(register, query, home.zone)
        by_contract = fetch_contract_cost(services, register, query, grouping, allocation)
        shown = contract_basis(home, query, by_contract)
        return json_response(cost_response(home, query, grouping, by_contract.table, shown))
    return json_response(unit_price_costs(services, register, [query])[0])


def unit_price_costs(
    services: Services, register: Register, queries: Sequence[CostQuery]
) -> list[Cost]:
    """Fetch the responses to several queries for one place, priced by the price of a kWh."""
    home = register.home
    groupings = [group(register, query, home.zone) for query in queries]
    spans = services.cached(select_price_spans, home.currency)
    now_ms = unix_milliseconds(services.now())
    tables = fetch_costs(services.energy_between, groupings, spans, now_ms)
    return [cost_response(home, *each) for each in zip(queries, groupings, tables, strict=True)]
