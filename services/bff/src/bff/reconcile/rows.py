"""The comparison's rows as the API shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bff.cost.pricing import UWH_EXPONENT
from bff.database import instant
from bff.decimals import scaled
from bff.energy import Energy
from bff.ledger.counter import UWH_PER_KWH
from bff.ledger.gather import CountersOfSource
from bff.ledger.rules import DeviceRules
from bff.ledger.schemas import CounterReading
from bff.ledger.slots import NO_SAMPLES
from bff.reconcile.compare import SourceDay, further_reasons, source_days
from bff.reconcile.schemas import Reason, ReconcileRow
from bff.victoriametrics.samples import Increase, Meter


@dataclass(frozen=True, slots=True)
class Compared:
    """What the rows of one answer are made of, by day."""

    edges_ms: Sequence[int]
    devices: Sequence[str]
    energy: Energy
    increases: Sequence[Mapping[Meter, Increase]]
    zone: ZoneInfo


def rows_of(
    compared: Compared, rules: DeviceRules, counters: CountersOfSource
) -> Iterator[ReconcileRow]:
    """A row for each source and day of one device."""
    for source, limits in zip(rules.sources, rules.limits, strict=True):
        counter = counters.get(source, NO_SAMPLES)
        days = source_days(counter, limits, compared.edges_ms)
        for position, seen in enumerate(days):
            yield _row(compared, rules, source, position, seen)


def _row(
    compared: Compared, rules: DeviceRules, source: str, position: int, seen: SourceDay
) -> ReconcileRow:
    device, meter = rules.device, (rules.device, source)
    zone = compared.zone
    ledger_uwh = _known_uwh(compared.energy, compared.devices.index(device), position)
    increase = compared.increases[position].get(meter)
    increase_uwh = None if increase is None else round(increase.kwh * UWH_PER_KWH)
    series = 0 if increase is None else increase.series
    further = further_reasons(
        seen, ledger_uwh, increase_uwh, series, is_only_source=len(rules.sources) == 1
    )
    return ReconcileRow(
        from_=shown(seen.day.start_ms, zone),
        to=shown(seen.day.end_ms, zone),
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
            from_=shown(event.from_ms, zone),
            to=shown(event.to_ms, zone),
            kind=event.kind,
            kwh=_kwh(event.uwh),
        )


def _further(seen: SourceDay, kinds: Iterator[str], zone: ZoneInfo) -> Iterator[Reason]:
    start, end = shown(seen.day.start_ms, zone), shown(seen.day.end_ms, zone)
    for kind in kinds:
        yield Reason(from_=start, to=end, kind=kind, kwh=None)


def _reading(reading: tuple[int, int] | None, zone: ZoneInfo) -> CounterReading | None:
    if reading is None:
        return None
    at_ms, uwh = reading
    return CounterReading(at=shown(at_ms, zone), kwh=scaled(uwh, UWH_EXPONENT))


def _kwh(uwh: int | None) -> str | None:
    if uwh is None:
        return None
    return f"{'-' * (uwh < 0)}{scaled(abs(uwh), UWH_EXPONENT)}"


def shown(at_ms: int, zone: ZoneInfo) -> datetime:
    """An instant in the house's time zone."""
    return instant(at_ms).astimezone(zone)
