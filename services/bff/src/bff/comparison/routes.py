"""`/comparison`: two sources of a device compared."""

from typing import Annotated

from fastapi import APIRouter, Query

from bff.comparison.compare import compare
from bff.comparison.query import (
    fetch_source_energies,
    past_interval,
    select_pair,
    since_first_reading,
)
from bff.comparison.response import comparison_response
from bff.comparison.schemas import Comparison
from bff.http.schemas import From, To
from bff.register.register import device_by_id
from bff.services import UsedServices, limit_concurrency
from bff.victoriametrics.power import SourceSeries, fetch_power
from bff.victoriametrics.scrapes import fetch_scrape_times

router = APIRouter(tags=["ledger"])


@router.get("/comparison", summary="Two sources of one device compared")
@limit_concurrency
def get_comparison(  # noqa: PLR0913, PLR0917 - the query parameters
    services: UsedServices,
    device: Annotated[str, Query(description="A device with two sources.", examples=["kettle"])],
    from_: From,
    to: To,
    a: Annotated[
        str | None, Query(description="By default its first source.", examples=["native"])
    ] = None,
    b: Annotated[
        str | None, Query(description="By default the next one.", examples=["matter"])
    ] = None,
) -> Comparison:
    """How far apart they are in watts, kWh and time, how reliable each is, and which to prefer."""
    register = services.register.current()
    home = register.home
    found = device_by_id(register, device)
    pair = select_pair(found, a, b)
    requested = past_interval(from_, to, services.now())
    powers = tuple(
        fetch_power(
            services.victoriametrics,
            SourceSeries(home.house, device, source),
            requested.start_ms,
            requested.end_ms,
        )
        for source in pair
    )
    interval = since_first_reading(requested, powers)
    scrapes = [
        fetch_scrape_times(
            services.victoriametrics, each.source, interval.start_ms, interval.end_ms
        )
        for each in pair
    ]
    sources = (pair[0].source, pair[1].source)
    energies = fetch_source_energies(services.ledger, device, sources, interval)
    result = compare(powers[0], powers[1], interval, energies)
    return comparison_response(home, device, sources, result, scrapes)
