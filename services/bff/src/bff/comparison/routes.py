"""`/comparison`: two sources of a device beside each other."""

from typing import Annotated

from fastapi import APIRouter, Query

from bff.comparison.answer import answer
from bff.comparison.compare import Compared, compare
from bff.comparison.energy import energy_of_sources
from bff.comparison.question import pair_of, since_either_spoke, stretch_of
from bff.comparison.schemas import Comparison
from bff.instants import Instant
from bff.places.tree import device_by_id
from bff.services import Used
from bff.victoriametrics.readings import Meter, fetch_power
from bff.victoriametrics.scrapes import fetch_scrape_times

router = APIRouter(tags=["ledger"])


@router.get("/comparison", summary="Two sources of one device beside each other")
def get_comparison(  # noqa: PLR0913, PLR0917 - the parameters of the address
    used: Used,
    device: Annotated[str, Query(description="A device with two sources.", examples=["kettle"])],
    from_: Annotated[Instant, Query(alias="from", description="The first instant of the range.")],
    to: Annotated[Instant, Query(description="The first instant after it.")],
    a: Annotated[
        str | None, Query(description="By default its first source.", examples=["native"])
    ] = None,
    b: Annotated[
        str | None, Query(description="By default the next one.", examples=["matter"])
    ] = None,
) -> Comparison:
    """How far apart they are in watts, kWh and time, how reliable each is, and which to prefer."""
    home = used.home()
    found = device_by_id(home, device)
    pair = pair_of(found, a, b)
    asked = stretch_of(from_, to, used.now())
    powers = tuple(
        fetch_power(
            used.victoriametrics,
            Meter(home.house, device, source),
            asked.start_ms,
            asked.end_ms,
        )
        for source in pair
    )
    stretch = since_either_spoke(asked, powers)
    scrapes = [
        fetch_scrape_times(used.victoriametrics, each.source, stretch.start_ms, stretch.end_ms)
        for each in pair
    ]
    sources = (pair[0].source, pair[1].source)
    energies = energy_of_sources(used.ledger, device, sources, stretch)
    compared: Compared = compare(powers[0], powers[1], stretch, energies)
    return answer(home, device, sources, compared, scrapes)
