"""`/unit_prices`: list, add, change and delete."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from sqlalchemy.orm import Session

from bff.db.engine import read_session, write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.http.schemas import PriceId
from bff.prices import query
from bff.prices.csv_file import parse_prices, write_prices
from bff.prices.response import price_row
from bff.prices.schemas import NewPrice, PriceInput, PriceRow
from bff.services import UsedServices
from service_kit.database import serialised

router = APIRouter(prefix="/unit_prices", tags=["prices"], route_class=RepeatedRoute)

CSV_EXAMPLE = """price_per_kwh,valid_from,valid_to,direction,note
31.7,2026-04-01T00:00:00+09:00,,import,Spring tariff
"""
PricesFile = Annotated[
    bytes,
    Body(
        media_type="text/csv",
        description="UTF-8 or cp932; the first line names the columns.",
        openapi_examples={"prices": {"value": CSV_EXAMPLE}},
    ),
]
Preview = Annotated[bool, Query(description="true: show what would be added, and save nothing.")]


@router.get("", summary="List all prices, earliest first")
def list_prices(services: UsedServices) -> list[PriceRow]:
    """Works also while VictoriaMetrics is away."""
    zone = services.home().zone
    with read_session(services.engine) as session:
        return [price_row(row, zone) for row in query.select_prices(session)]


@router.post("", status_code=201, summary="Add a price")
def add_price(
    services: UsedServices, author: UsedAuthor, wanted: NewPrice, response: Response
) -> PriceRow:
    """Overlap with another price is refused (409).

    With `close_open_price` the price that has no end is ended at the new one's `valid_from`,
    in the same transaction.
    """
    home = services.home()
    with write_session(services.engine) as session:
        row = query.add_price(
            session, wanted, home.currency, author, close_open_price=wanted.close_open_price
        )
    response.headers["Location"] = f"/api/v1/unit_prices/{row.id}"
    return price_row(row, home.zone)


@router.get("/csv", summary="Export all prices as CSV", response_class=Response)
def export_prices(services: UsedServices) -> Response:
    """`POST` of the same file adds nothing."""
    zone = services.home().zone
    with read_session(services.engine) as session:
        rows = [price_row(row, zone) for row in query.select_prices(session)]
    return Response(write_prices(rows), media_type="text/csv; charset=utf-8")


@router.post("/csv", summary="Import prices from a CSV file, or see what would be added")
def import_prices(
    services: UsedServices, author: UsedAuthor, content: PricesFile, *, preview: Preview = False
) -> list[PriceRow]:
    """The prices that it adds; those that are there already stay. Overlap refuses all (409)."""
    home = services.home()
    wanted = parse_prices(content)
    with Session(serialised(services.engine), expire_on_commit=False) as session:
        added = query.add_missing_prices(session, wanted, home.currency, author)
        shown = [price_row(row, home.zone) for row in added]
        if not preview:
            session.commit()
    return shown


@router.get("/{price_id:int}", summary="One price")
def get_price(services: UsedServices, price_id: PriceId) -> PriceRow:
    """404 lists the ids that exist."""
    with read_session(services.engine) as session:
        return price_row(query.select_price(session, price_id), services.home().zone)


@router.put("/{price_id:int}", summary="Change a price")
def change_price(
    services: UsedServices, author: UsedAuthor, price_id: PriceId, wanted: PriceInput
) -> PriceRow:
    """All costs of the past follow at the next request: nothing is rebuilt."""
    home = services.home()
    with write_session(services.engine) as session:
        row = query.change_price(session, price_id, wanted, home.currency, author)
    return price_row(row, home.zone)


@router.delete("/{price_id:int}", status_code=204, summary="Delete a price")
def delete_price(services: UsedServices, author: UsedAuthor, price_id: PriceId) -> None:
    """Its interval has no price afterwards: costs there become null, never 0."""
    with write_session(services.engine) as session:
        query.delete_price(session, price_id, author)
