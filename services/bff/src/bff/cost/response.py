"""Costs as the API shows them: exact decimals and the house's time. Pure."""

from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from bff.cost import meters
from bff.cost.meters import missing_meters, over_measured, unmeasured
from bff.cost.pricing import CostAmounts, CostTable
from bff.cost.query import CostQuery, Grouping
from bff.cost.schemas import (
    Cost,
    CostRow,
    Coverage,
    Figures,
    Missing,
    OverMeasured,
    Suspect,
    Unmeasured,
)
from bff.http.schemas import PlaceRef, span
from bff.meter_tree import MeterNotes
from bff.time_grid import Interval, in_zone
from bff.units import MONEY_EXPONENT, UWH_EXPONENT, exact_kwh, scaled
from home_model.config import Home


def cost_response(home: Home, query: CostQuery, grouping: Grouping, table: CostTable) -> Cost:
    """Return the whole response; without `by` and `group_by` it has no rows."""
    whole = span(Interval(query.from_ms, query.to_ms), home.zone)
    return Cost(
        from_=whole.from_,
        to=whole.to,
        place=PlaceRef.of(query.place),
        time_zone=home.time_zone,
        currency=home.currency,
        total=figures(table.total, home.zone, of_device=query.place.level == "device"),
        rows=_rows(query, grouping, table, home.zone) if query.by or query.group_by else [],
        **meter_notes(table.notes),
    )


class Notes(TypedDict):
    """What a response states of its meters."""

    missing: list[Missing]
    unmeasured: list[Unmeasured]
    over_measured: list[OverMeasured]


def meter_notes(notes: MeterNotes) -> Notes:
    """Return the meters that were not measured, and those below what is behind them."""
    return {
        "missing": [
            Missing(device=device, seconds=ms / 1000)
            for device, ms in missing_meters(notes).items()
        ],
        "unmeasured": [
            Unmeasured(device=device, upstream=meter, seconds=ms / 1000)
            for (meter, device), ms in unmeasured(notes).items()
        ],
        "over_measured": [_over_measured(each) for each in over_measured(notes)],
    }


def _over_measured(found: meters.OverMeasured) -> OverMeasured:
    return OverMeasured(
        device=found.device,
        over_measured_kwh=scaled(found.over_uwh, UWH_EXPONENT),
        suspects=[Suspect(device=each.device, reason=each.reason) for each in found.suspects],
    )


def _rows(query: CostQuery, grouping: Grouping, table: CostTable, zone: ZoneInfo) -> list[CostRow]:
    edges = [in_zone(edge, zone) for edge in grouping.bucket_edges]
    places = [
        (PlaceRef.of(place) if query.group_by else None, place.level == "device")
        for place, _ in grouping.groups
    ]
    return [
        CostRow(start, end, place, figures(amounts, zone, of_device=of_device))
        for (start, end), of_bucket in zip(pairwise(edges), table.rows, strict=True)
        for (place, of_device), amounts in zip(places, of_bucket, strict=True)
    ]


def figures(amounts: CostAmounts, zone: ZoneInfo, *, of_device: bool = False) -> Figures:
    """Return exact quantities; null where nothing was measured."""
    known_uwh = amounts.measured_uwh + amounts.estimated_uwh
    return Figures(
        energy_kwh=scaled(known_uwh, UWH_EXPONENT) if amounts.known_ms else None,
        through_kwh=exact_kwh(amounts.through_uwh if of_device and amounts.known_ms else None),
        measured_kwh=scaled(amounts.measured_uwh, UWH_EXPONENT),
        estimated_kwh=scaled(amounts.estimated_uwh, UWH_EXPONENT),
        unpriced_kwh=scaled(amounts.unpriced_uwh, UWH_EXPONENT),
        cost=scaled(amounts.cost_e15, MONEY_EXPONENT) if amounts.priced_ms else None,
        coverage=_coverage(amounts),
        unpriced=[span(interval, zone) for interval in amounts.unpriced],
    )


def _coverage(amounts: CostAmounts) -> Coverage:
    return Coverage(
        measured_seconds=amounts.measured_ms / 1000,
        estimated_seconds=amounts.estimated_ms / 1000,
        missing_seconds=amounts.missing_ms / 1000,
        expected_seconds=(amounts.known_ms + amounts.missing_ms) / 1000,
    )
