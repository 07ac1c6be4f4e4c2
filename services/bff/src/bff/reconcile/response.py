"""The rows of the reconciliation as the API shows them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bff.energy import Energy, exact_kwh
from bff.http.schemas import CounterReading, counter_reading
from bff.ledger.fetch import SamplesBySource
from bff.ledger.slots import DeviceRules
from bff.reconcile.differences import SourceDay, further_reasons, source_days
from bff.reconcile.schemas import Reason, ReconcileRow
from bff.time_grid import in_zone
from bff.victoriametrics.counters import Increase
from bff.victoriametrics.live import SourceOfDevice
from energy_rules.quantities import UWH_PER_KWH
from energy_rules.sources import NO_SAMPLES


@dataclass(frozen=True, slots=True)
class ReconcileInput:
    """What the rows of one response are made of, by day.

    Attributes:
        positions: Those of the devices in `energy`.
    """

    edges_ms: Sequence[int]
    positions: Mapping[str, int]
    energy: Energy
    increases: Sequence[Mapping[SourceOfDevice, Increase]]
    zone: ZoneInfo
    now_ms: int


def rows_of(
    inputs: ReconcileInput, rules: DeviceRules, samples: SamplesBySource
) -> Iterator[ReconcileRow]:
    """Return a row for each source and day of one device."""
    for source in rules.by_source():
        of_source = samples.get(source.source, NO_SAMPLES)
        days = source_days(of_source, source, inputs.edges_ms, inputs.now_ms)
        for position, of_day in enumerate(days):
            if of_day.uwh is not None or of_day.first is not None or not source.is_former:
                yield _row(inputs, rules, source.source, position, of_day)


def _row(
    inputs: ReconcileInput, rules: DeviceRules, source: str, position: int, of_day: SourceDay
) -> ReconcileRow:
    device, key = rules.device, (rules.device, source)
    zone = inputs.zone
    ledger_uwh = _covered_uwh(inputs.energy, inputs.positions[device], position)
    increase = inputs.increases[position].get(key)
    increase_uwh = None if increase is None else round(increase.kwh * UWH_PER_KWH)
    series = 0 if increase is None else increase.series
    further = further_reasons(
        of_day, ledger_uwh, increase_uwh, series, is_only_source=len(rules.sources) == 1
    )
    return ReconcileRow(
        from_=in_zone(of_day.day.start_ms, zone),
        to=in_zone(of_day.day.end_ms, zone),
        device=device,
        source=source,
        ledger_kwh=exact_kwh(ledger_uwh),
        source_kwh=exact_kwh(of_day.uwh),
        increase_kwh=exact_kwh(increase_uwh),
        readings_kwh=exact_kwh(of_day.readings_uwh),
        first=_reading(of_day.first, zone),
        last=_reading(of_day.last, zone),
        reasons=[*_events(of_day, zone), *_further(of_day, further, zone)],
    )


def _covered_uwh(energy: Energy, device: int, day: int) -> int | None:
    here = (device, day)
    if not energy.measured_ms[here] + energy.estimated_ms[here]:
        return None
    return int(energy.measured_uwh[here] + energy.estimated_uwh[here])


def _events(of_day: SourceDay, zone: ZoneInfo) -> Iterator[Reason]:
    for event in of_day.events:
        yield Reason(
            from_=in_zone(event.from_ms, zone),
            to=in_zone(event.to_ms, zone),
            kind=event.event_type,
            kwh=exact_kwh(event.uwh),
        )


def _further(of_day: SourceDay, names: Iterator[str], zone: ZoneInfo) -> Iterator[Reason]:
    start, end = in_zone(of_day.day.start_ms, zone), in_zone(of_day.day.end_ms, zone)
    for name in names:
        yield Reason(from_=start, to=end, kind=name, kwh=None)


def _reading(reading: tuple[int, int] | None, zone: ZoneInfo) -> CounterReading | None:
    if reading is None:
        return None
    return counter_reading(*reading, zone)
