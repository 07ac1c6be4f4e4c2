"""`/unit_prices`: list, add, change and delete."""

from fastapi import APIRouter, Response

from bff.db.engine import read_session, write_session
from bff.http.params import PriceId
from bff.prices import query
from bff.prices.response import price_row
from bff.prices.schemas import NewPrice, PriceInput, PriceRow
from bff.services import UsedServices

router = APIRouter(prefix="/unit_prices", tags=["prices"])


@router.get("", summary="List all prices, earliest first")
def list_prices(services: UsedServices) -> list[PriceRow]:
    """Works also while VictoriaMetrics is away."""
    zone = services.home().zone
    with read_session(services.engine) as session:
        return [price_row(row, zone) for row in query.select_prices(session)]


@router.post("", status_code=201, summary="Add a price")
def add_price(services: UsedServices, wanted: NewPrice, response: Response) -> PriceRow:
    """Overlap with another price is refused (409).

    With `close_open_price` the price that has no end is ended at the new one's `valid_from`,
    in the same transaction.
    """
    home = services.home()
    with write_session(services.engine) as session:
        row = query.add_price(
            session, wanted, home.currency, close_open_price=wanted.close_open_price
        )
    response.headers["Location"] = f"/api/v1/unit_prices/{row.id}"
    return price_row(row, home.zone)


@router.get("/{price_id}", summary="One price")
def get_price(services: UsedServices, price_id: PriceId) -> PriceRow:
    """404 lists the ids that exist."""
    with read_session(services.engine) as session:
        return price_row(query.select_price(session, price_id), services.home().zone)


@router.put("/{price_id}", summary="Change a price")
def change_price(services: UsedServices, price_id: PriceId, wanted: PriceInput) -> PriceRow:
    """All costs of the past follow at the next request: nothing is rebuilt."""
    home = services.home()
    with write_session(services.engine) as session:
        row = query.change_price(session, price_id, wanted, home.currency)
    return price_row(row, home.zone)


@router.delete("/{price_id}", status_code=204, summary="Delete a price")
def delete_price(services: UsedServices, price_id: PriceId) -> None:
    """Its interval has no price afterwards: costs there become null, never 0."""
    with write_session(services.engine) as session:
        query.delete_price(session, price_id)
