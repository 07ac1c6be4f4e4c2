"""Costs as the API shows them: exact decimals and the house's time. Pure."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from bff.bills.query import PeriodBill
from bff.bills.response import bill_response
from bff.cost.contract import ContractCost
from bff.cost.pricing import CostAmounts, CostTable
from bff.cost.query import CostQuery, Grouping
from bff.cost.schemas import (
    BillRest,
    ContractBasis,
    Cost,
    CostRow,
    Coverage,
    Figures,
    Missing,
    OverMeasured,
    Suspect,
    Unmeasured,
)
from bff.energy import MONEY_EXPONENT, UWH_EXPONENT, scaled
from bff.http.schemas import instant_text, place_ref, span
from bff.meter_tree import MeterNotes
from bff.register.register import HOUSE
from bff.time_grid import midnight
from home_model.config import Home

# A tail of a minute is the time between two reads of the present, not a silence.
MIN_SILENCE_MS = 60_000
MIN_OVER_SHARE = 0.02
MIN_OVER_UWH = 10_000_000
# A clock that is off moves a part of the energy over an edge of the range, not a multiple of it.
MAX_CLOCK_SHARE = 0.25
TIMES_TEN = 10


def cost_response(
    home: Home,
    query: CostQuery,
    grouping: Grouping,
    table: CostTable,
    contract: ContractBasis | None = None,
) -> Cost:
    """Return the whole response; without `by` and `group_by` it has no rows."""
    return {
        "from": instant_text(query.from_ms, home.zone),
        "to": instant_text(query.to_ms, home.zone),
        "place": place_ref(query.place),
        "time_zone": home.time_zone,
        "currency": home.currency,
        "basis": "contract" if contract else "unit_price",
        "contract": contract,
        "total": figures(table.total, home.zone, of_device=query.place.level == "device"),
        "rows": _rows(query, grouping, table, home.zone) if query.by or query.group_by else [],
        **meter_notes(table.notes),
    }


def contract_basis(home: Home, query: CostQuery, cost: ContractCost) -> ContractBasis:
    """Return the bills behind a cost, and what no energy bears of those within the range."""
    reasons = list(dict.fromkeys(reason for bill in cost.bills for reason in bill.reasons))
    parts = [part for bill in cost.bills for part in bill.parts]
    return ContractBasis(
        allocation=cost.allocation,
        adds_up=cost.allocation == "average",
        state="provisional" if reasons else "final",
        reasons=reasons,  # ty: ignore[invalid-argument-type] - literals of `PeriodBill.reasons`
        missing=list(dict.fromkeys(name for part in parts for name in part.missing)),
        bills=[
            _bill_rest(bill, home)
            for bill in cost.bills
            if query.place == HOUSE and _is_within(bill, query, home.zone)
        ],
    )


def _is_within(bill: PeriodBill, query: CostQuery, zone: ZoneInfo) -> bool:
    start_ms, end_ms = (midnight(day, zone) for day in (bill.period.first_day, bill.period.end_day))
    return query.from_ms <= start_ms and end_ms <= query.to_ms


def _bill_rest(bill: PeriodBill, home: Home) -> BillRest:
    shown = bill_response(bill, home.currency, shares=True)
    shares = shown.shares
    return BillRest(
        first_day=shown.first_day,
        end_day=shown.end_day,
        house_lines=shares.house_lines if shares else [],
        rounding=shares.rounding if shares else "0",
        total=shown.total,
    )


class Notes(TypedDict):
    """What a response states of its meters."""

    missing: list[Missing]
    unmeasured: list[Unmeasured]
    over_measured: list[OverMeasured]


def meter_notes(notes: MeterNotes) -> Notes:
    """Return the meters that were not measured (T3), and those below what is behind them (T4)."""
    return {
        "missing": [
            Missing(device=device, seconds=ms / 1000)
            for device, ms in notes.missing_ms.items()
            if ms > MIN_SILENCE_MS
        ],
        "unmeasured": [
            Unmeasured(device=device, upstream=meter, seconds=ms / 1000)
            for (meter, device), ms in notes.unmeasured_ms.items()
            if ms > MIN_SILENCE_MS
        ],
        "over_measured": list(_over_measured(notes)),
    }


def _over_measured(notes: MeterNotes) -> Iterator[OverMeasured]:
    """Return the meters whose rest is negative beyond what rounding and reading times make."""
    for meter, (meter_uwh, own_uwh) in notes.meters_uwh.items():
        over_uwh = -own_uwh
        if over_uwh > MIN_OVER_UWH and over_uwh > MIN_OVER_SHARE * abs(meter_uwh):
            behind = {
                device: uwh for (above, device), uwh in notes.behind_uwh.items() if above == meter
            }
            yield OverMeasured(
                device=meter,
                over_measured_kwh=scaled(over_uwh, UWH_EXPONENT),
                suspects=_suspects(meter, meter_uwh, over_uwh, behind),
            )


def _suspects(
    meter: str | None, meter_uwh: int, over_uwh: int, behind: Mapping[str, int]
) -> list[Suspect]:
    """Return what would explain it, likeliest first."""
    total_uwh = sum(behind.values())
    found = [
        Suspect(device=device, reason="times_ten")
        for device, uwh in behind.items()
        if uwh > 2 * meter_uwh and uwh - uwh // TIMES_TEN >= over_uwh
    ]
    if meter_uwh * TIMES_TEN // 2 < total_uwh <= meter_uwh * TIMES_TEN:
        found.append(Suspect(device=meter, reason="tenth"))
    if over_uwh <= MAX_CLOCK_SHARE * meter_uwh:
        found.append(Suspect(device=meter, reason="clock"))
    found += [
        Suspect(device=device, reason="wrong_upstream")
        for device, uwh in sorted(behind.items(), key=lambda one: -one[1])
        if uwh >= over_uwh
    ]
    return found


def _rows(query: CostQuery, grouping: Grouping, table: CostTable, zone: ZoneInfo) -> list[CostRow]:
    edges = [instant_text(edge, zone) for edge in grouping.bucket_edges]
    places = [
        (place_ref(place) if query.group_by else None, place.level == "device")
        for place, _ in grouping.groups
    ]
    return [
        {
            "from": start,
            "to": end,
            "place": place,
            "figures": figures(amounts, zone, of_device=of_device),
        }
        for (start, end), of_bucket in zip(pairwise(edges), table.rows, strict=True)
        for (place, of_device), amounts in zip(places, of_bucket, strict=True)
    ]


def figures(amounts: CostAmounts, zone: ZoneInfo, *, of_device: bool = False) -> Figures:
    """Return exact quantities; null where nothing was measured."""
    through, measured, estimated, unpriced, money, priced_ms, *of_time, without_price = amounts
    known_ms = of_time[0] + of_time[1]
    measured_kwh = scaled(measured, UWH_EXPONENT)
    known_kwh = scaled(measured + estimated, UWH_EXPONENT) if estimated else measured_kwh
    return {
        "energy_kwh": known_kwh if known_ms else None,
        "through_kwh": scaled(through, UWH_EXPONENT) if of_device and known_ms else None,
        "measured_kwh": measured_kwh,
        "estimated_kwh": scaled(estimated, UWH_EXPONENT),
        "unpriced_kwh": scaled(unpriced, UWH_EXPONENT),
        "cost": scaled(money, MONEY_EXPONENT) if priced_ms else None,
        "coverage": _coverage(*of_time),
        "unpriced": [span(each, zone) for each in without_price] if without_price else [],
    }


# Of most rows it is the same: one dict for all of them takes a third less memory.
@lru_cache(maxsize=1024)
def _coverage(measured_ms: int, estimated_ms: int, missing_ms: int) -> Coverage:
    return {
        "measured_seconds": measured_ms / 1000,
        "estimated_seconds": estimated_ms / 1000,
        "missing_seconds": missing_ms / 1000,
        "expected_seconds": (measured_ms + estimated_ms + missing_ms) / 1000,
    }
