"""Unit prices as the API shows them."""

from zoneinfo import ZoneInfo

from bff.db.tables import UnitPrice
from bff.energy import plain
from bff.prices.schemas import PriceRow


def price_row(row: UnitPrice, zone: ZoneInfo) -> PriceRow:
    """Return a row in the house's time zone."""
    return PriceRow(
        id=row.id,
        price_per_kwh=plain(row.price_per_kwh),
        currency=row.currency,
        valid_from=row.valid_from.astimezone(zone),
        valid_to=row.valid_to and row.valid_to.astimezone(zone),
        note=row.note,
        direction=row.direction,  # ty: ignore[invalid-argument-type] - written from a PriceInput
    )
