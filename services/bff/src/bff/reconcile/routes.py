"""`/reconcile`: the ledger beside PromQL's increase() and the bare readings, by device and day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from bff.cost.calendar import bucket_edges
from bff.cost.pricing import UWH_EXPONENT
from bff.database import instant, unix_milliseconds
from bff.decimals import scaled
from bff.energy import Energy
from bff.instants import Instant
from bff.ledger.counter import UWH_PER_KWH
from bff.ledger.gather import CountersOfSource, Stretch
from bff.ledger.history import read_history
from bff.ledger.rules import DeviceRules
from bff.ledger.schemas import CounterReading
from bff.ledger.slots import NO_SAMPLES
from bff.places.tree import device_by_id
from bff.problems import Problem, wrong_input
from bff.reconcile.compare import SourceDay, further_reasons, source_days
from bff.reconcile.schemas import Reason, ReconcileRow, Reconciliation
from bff.services import Services, Used
from bff.victoriametrics.samples import Increase, Meter, fetch_increases, select_all

MOST_ROWS = 1_000

router = APIRouter(tags=["ledger"])


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rows of one answer are made of, by day."""

    edges_ms: Sequence[int]
    devices: Sequence[str]
    energy: Energy
    increases: Sequence[Mapping[Meter, Increase]]
    zone: ZoneInfo


@router.get("/reconcile", summary="The ledger beside PromQL and the bare readings")
def get_reconciliation(
    used: Used,
    from_: Annotated[Instant, Query(alias="from", description="The first instant of the range.")],
    to: Annotated[
        Instant,
        Query(description="The first instant after it.", examples=["2026-04-01T00:00:00+09:00"]),
    ],
    device: Annotated[
        str | None, Query(description="Its id; all devices when left out.", examples=["server"])
    ] = None,
) -> Reconciliation:
    """One row for each device, source and day of the house; whatever differs has its reasons.

    The four ways to count: the ledger, each source by the ledger's rules, `increase()`, and the
    last reading less the first.
    """
    home = used.home()
    devices = [device_by_id(home, device).device] if device else [d.device for d in home.devices]
    edges_ms = _edges(used, from_, to, home.zone)
    _check_rows(len(devices) * (len(edges_ms) - 1))
    compared = Compared(
        edges_ms,
        devices,
        used.energy_between(devices, edges_ms),
        _increases(used, edges_ms),
        home.zone,
    )
    stretch = Stretch(edges_ms[0], edges_ms[-1])
    rows = [
        row
        for rules, counters in read_history(used.ledger, devices, stretch)
        for row in _rows(compared, rules, counters)
    ]
    return Reconciliation(
        from_=_shown(edges_ms[0], home.zone),
        to=_shown(edges_ms[-1], home.zone),
        time_zone=home.time_zone,
        rows=rows,
    )


def _edges(used: Services, from_: datetime, to: datetime, zone: ZoneInfo) -> list[int]:
    start_ms, end_ms = unix_milliseconds(from_), unix_milliseconds(min(to, used.now()))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Ask for a range that was.")
    return bucket_edges(start_ms, end_ms, "day", zone)


def _check_rows(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Problem(
            422,
            "too-many-rows",
            f"This asks for {rows} rows; at most {MOST_ROWS} are given at once.",
            what_to_do="Ask for fewer days, or for one device.",
        )


def _increases(used: Services, edges_ms: Sequence[int]) -> list[Mapping[Meter, Increase]]:
    selection = select_all(used.home())
    return [
        fetch_increases(used.victoriametrics, selection, start_ms, end_ms)
        for start_ms, end_ms in pairwise(edges_ms)
    ]


def _rows(
    compared: Compared, rules: DeviceRules, counters: CountersOfSource
) -> Iterator[ReconcileRow]:
    for source, limits in zip(rules.sources, rules.limits, strict=True):
        counter = counters.get(source, NO_SAMPLES)
        days = source_days(counter, limits, compared.edges_ms)
        for position, seen in enumerate(days):
            yield _row(compared, (rules.device, source), position, seen)


def _row(compared: Compared, meter: Meter, position: int, seen: SourceDay) -> ReconcileRow:
    device, source = meter
    zone = compared.zone
    ledger_uwh = _known_uwh(compared.energy, compared.devices.index(device), position)
    increase = compared.increases[position].get(meter)
    increase_uwh = None if increase is None else round(increase.kwh * UWH_PER_KWH)
    series = 0 if increase is None else increase.series
    further = further_reasons(seen, ledger_uwh, increase_uwh, series)
    return ReconcileRow(
        from_=_shown(seen.day.start_ms, zone),
        to=_shown(seen.day.end_ms, zone),
        device=device,
        source=source,
        ledger_kwh=_kwh(ledger_uwh),
        source_kwh=_kwh(seen.uwh),
        increase_kwh=_kwh(increase_uwh),
        readings_kwh=_kwh(seen.readings_uwh),
        first=_reading(seen.first, zone),
        last=_reading(seen.last, zone),
        reasons=[*_events(seen, zone), *_further(seen, further, zone)],
    )


def _known_uwh(energy: Energy, device: int, day: int) -> int | None:
    here = (device, day)
    if not energy.measured_ms[here] + energy.estimated_ms[here]:
        return None
    return int(energy.measured_uwh[here] + energy.estimated_uwh[here])


def _events(seen: SourceDay, zone: ZoneInfo) -> Iterator[Reason]:
    for event in seen.events:
        yield Reason(
            from_=_shown(event.from_ms, zone),
            to=_shown(event.to_ms, zone),
            kind=event.kind,
            kwh=_kwh(event.uwh),
        )


def _further(seen: SourceDay, kinds: Iterator[str], zone: ZoneInfo) -> Iterator[Reason]:
    start, end = _shown(seen.day.start_ms, zone), _shown(seen.day.end_ms, zone)
    for kind in kinds:
        yield Reason(from_=start, to=end, kind=kind, kwh=None)


def _reading(reading: tuple[int, int] | None, zone: ZoneInfo) -> CounterReading | None:
    if reading is None:
        return None
    at_ms, uwh = reading
    return CounterReading(at=_shown(at_ms, zone), kwh=scaled(uwh, UWH_EXPONENT))


def _kwh(uwh: int | None) -> str | None:
    if uwh is None:
        return None
    return f"{'-' * (uwh < 0)}{scaled(abs(uwh), UWH_EXPONENT)}"


def _shown(at_ms: int, zone: ZoneInfo) -> datetime:
    return instant(at_ms).astimezone(zone)
