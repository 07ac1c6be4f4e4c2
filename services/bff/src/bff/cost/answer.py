"""Amounts as the API shows them: exact decimals and the house's time. Pure."""

from itertools import pairwise
from zoneinfo import ZoneInfo

from bff.cost.pricing import MONEY_EXPONENT, UWH_EXPONENT, Amounts, Bill
from bff.cost.question import Cut, Question
from bff.cost.schemas import Cost, CostRow, Coverage, Figures, PlaceRef, Span
from bff.database import instant
from bff.decimals import scaled
from bff.places.tree import Place
from bff.stretch import Stretch
from home_model.config import Home


def answer(home: Home, question: Question, cut: Cut, bill: Bill) -> Cost:
    """The whole answer; without `by` and `group_by` it has no rows."""
    zone = home.zone
    whole = _span(Stretch(question.from_ms, question.to_ms), zone)
    return Cost(
        from_=whole.from_,
        to=whole.to,
        place=_place_ref(question.place),
        time_zone=home.time_zone,
        currency=home.currency,
        total=figures(bill.total, zone),
        rows=_rows(question, cut, bill, zone) if question.by or question.group_by else [],
    )


def _rows(question: Question, cut: Cut, bill: Bill, zone: ZoneInfo) -> list[CostRow]:
    edges = [instant(edge).astimezone(zone) for edge in cut.bucket_edges]
    places = [_place_ref(place) if question.group_by else None for place, _ in cut.groups]
    return [
        CostRow(start, end, place, figures(amounts, zone))
        for (start, end), of_bucket in zip(pairwise(edges), bill.rows, strict=True)
        for place, amounts in zip(places, of_bucket, strict=True)
    ]


def figures(amounts: Amounts, zone: ZoneInfo) -> Figures:
    """Exact quantities; null where nothing is known."""
    known_uwh = amounts.measured_uwh + amounts.estimated_uwh
    return Figures(
        energy_kwh=scaled(known_uwh, UWH_EXPONENT) if amounts.known_ms else None,
        measured_kwh=scaled(amounts.measured_uwh, UWH_EXPONENT),
        estimated_kwh=scaled(amounts.estimated_uwh, UWH_EXPONENT),
        unpriced_kwh=scaled(amounts.unpriced_uwh, UWH_EXPONENT),
        cost=scaled(amounts.cost_e15, MONEY_EXPONENT) if amounts.priced_ms else None,
        coverage=_coverage(amounts),
        unpriced=[_span(stretch, zone) for stretch in amounts.unpriced],
    )


def _coverage(amounts: Amounts) -> Coverage:
    return Coverage(
        measured_seconds=amounts.measured_ms / 1000,
        estimated_seconds=amounts.estimated_ms / 1000,
        missing_seconds=amounts.missing_ms / 1000,
        expected_seconds=(amounts.known_ms + amounts.missing_ms) / 1000,
    )


def _span(stretch: Stretch, zone: ZoneInfo) -> Span:
    return Span(
        from_=instant(stretch.start_ms).astimezone(zone),
        to=instant(stretch.end_ms).astimezone(zone),
    )


def _place_ref(place: Place) -> PlaceRef:
    return PlaceRef(level=place.level, room=place.room, shelf=place.shelf, device=place.device)
