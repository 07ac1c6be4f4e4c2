"""Marks as the API shows them. Pure."""

from collections.abc import Sequence

from bff.db.tables import EventAnswer, LedgerEvent
from bff.energy import PRICE_EXPONENT, scaled
from bff.http.schemas import place_ref
from bff.marks.query import PriceChange
from bff.marks.schemas import EventMark, Marks, PriceMark
from bff.register.register import Place
from bff.time_grid import Interval, in_zone
from home_model.config import Home

MAX_MARKS = 100


def marks_response(
    home: Home,
    place: Place,
    interval: Interval,
    prices: Sequence[PriceChange],
    events: Sequence[LedgerEvent | EventAnswer],
) -> Marks:
    """Return the newest of both, earliest first."""
    return Marks(
        from_=in_zone(interval.start_ms, home.zone),
        to=in_zone(interval.end_ms, home.zone),
        place=place_ref(place),
        prices=[_price_mark(home, each) for each in prices[-MAX_MARKS:]],
        events=[
            EventMark(
                id=each.id,
                device=each.device,
                kind=each.kind,
                since=in_zone(each.since_unix_ms, home.zone),
                at=in_zone(each.at_unix_ms, home.zone),
            )
            for each in events[-MAX_MARKS:]
        ],
        more_prices=max(0, len(prices) - MAX_MARKS),
        more_events=max(0, len(events) - MAX_MARKS),
    )


def _price_mark(home: Home, change: PriceChange) -> PriceMark:
    return PriceMark(
        at=in_zone(change.at_ms, home.zone),
        direction=change.direction,
        before=_price(change.before_e12),
        after=_price(change.after_e12),
    )


def _price(price_e12: int | None) -> str | None:
    return None if price_e12 is None else scaled(price_e12, PRICE_EXPONENT)
