"""`/unit_prices`: list, add, change and delete."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from bff.database import reading, writing
from bff.decimals import plain
from bff.ids import PriceId
from bff.prices import store
from bff.prices.model import UnitPrice
from bff.prices.schemas import NewPrice, PriceInput, PriceRow
from bff.services import Used

router = APIRouter(prefix="/unit_prices", tags=["prices"])


@router.get("", summary="List all prices, earliest first")
def list_prices(used: Used) -> list[PriceRow]:
    """Prices answer also while VictoriaMetrics is away."""
    zone = used.home().zone
    with reading(used.engine) as session:
        return [price_row(row, zone) for row in store.all_prices(session)]


@router.post("", status_code=201, summary="Add a price")
def add_price(used: Used, wanted: NewPrice, response: Response) -> PriceRow:
    """Overlap with another price is refused (409).

    With `close_open_price` the price that has no end is ended at the new one's `valid_from`,
    in the same transaction.
    """
    home = used.home()
    with writing(used.engine) as session:
        row = store.add_price(
            session, wanted, home.currency, close_open_price=wanted.close_open_price
        )
    response.headers["Location"] = f"/api/v1/unit_prices/{row.id}"
    return price_row(row, home.zone)


@router.get("/{price_id}", summary="One price")
def get_price(used: Used, price_id: PriceId) -> PriceRow:
    """404 names the ids that exist."""
    with reading(used.engine) as session:
        return price_row(store.price_by_id(session, price_id), used.home().zone)


@router.put("/{price_id}", summary="Change a price")
def change_price(used: Used, price_id: PriceId, wanted: PriceInput) -> PriceRow:
    """All costs of the past follow at the next request: nothing is rebuilt."""
    home = used.home()
    with writing(used.engine) as session:
        row = store.change_price(session, price_id, wanted, home.currency)
    return price_row(row, home.zone)


@router.delete("/{price_id}", status_code=204, summary="Delete a price")
def delete_price(used: Used, price_id: PriceId) -> None:
    """Its stretch has no price afterwards: costs there become null, never 0."""
    with writing(used.engine) as session:
        store.delete_price(session, price_id)


def price_row(row: UnitPrice, zone: ZoneInfo) -> PriceRow:
    """A row as the API shows it, in the house's zone."""
    return PriceRow(
        id=row.id,
        price_per_kwh=plain(row.price_per_kwh),
        currency=row.currency,
        valid_from=row.valid_from.astimezone(zone),
        valid_to=row.valid_to and row.valid_to.astimezone(zone),
        note=row.note,
    )
