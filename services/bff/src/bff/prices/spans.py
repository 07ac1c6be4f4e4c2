"""Stored prices as pricing needs them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.cost.tariff import PriceSpan
from bff.database import PRICE_DECIMALS, unix_milliseconds
from bff.prices.model import UnitPrice


def price_spans(session: Session, currency: str) -> list[PriceSpan]:
    """All prices in this currency; what was priced in another one has no price in this one."""
    rows = session.scalars(select(UnitPrice).where(UnitPrice.currency == currency))
    return [
        PriceSpan(
            from_ms=unix_milliseconds(row.valid_from),
            to_ms=None if row.valid_to is None else unix_milliseconds(row.valid_to),
            price_millionths=int(row.price_per_kwh.scaleb(PRICE_DECIMALS)),
        )
        for row in rows
    ]
