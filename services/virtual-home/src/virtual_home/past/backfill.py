"""Give the house a past, once: write it, read it back, and let the exporter go on from it.

`*_device_up` is written last and marks a device as done. A run that was cut off before is begun
again at the same first sample; the curves are pure, so it writes the same samples once more.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from exporter_kit.energy.store import write_initial_counters
from home_model.config import Home
from home_model.metrics import ENERGY, UP
from home_model.sources import SourceName
from service_kit.clock import utc_now
from virtual_home.meters import AnyMeter, every_meter
from virtual_home.past.series import MeterPast, Span, make_past, metric_labels
from virtual_home.past.verification import verify
from virtual_home.past.victoriametrics import VictoriaMetrics

LOG = logging.getLogger(__name__)

EXPORTERS: dict[SourceName, str] = {
    "cloud": "switchbot-exporter",
    "native": "tp-link-native-exporter",
    "matter": "tp-link-matter-exporter",
    "aiseg2": "aiseg2-exporter",
}

type StateDirs = Mapping[SourceName, Path]
type Pasts = dict[AnyMeter, MeterPast]


class CountersAheadError(Exception):
    """The exporter's state has more energy than the past would end with."""


def backfill(
    home: Home, vm: VictoriaMetrics, state_dirs: StateDirs, span: Span, *, seed: int
) -> int:
    """Write `span` for every meter that has no past; gives how many had none.

    Raises:
        VictoriaMetricsError: It is away or refuses.
        NotWrittenError: What was read back is not what was written.
        InUseError: An exporter is running; its counters cannot be set.
        CountersAheadError: An exporter has counted further than this past reaches.
    """
    missing = tuple(meter for meter in every_meter(home) if not has_past(vm, meter, home))
    if not missing:
        LOG.info("the past is there already: nothing to do")
        return 0
    LOG.info("writing %s of the past of %d meters", span, len(missing))
    pasts = _write_measured(home, vm, missing, span, seed=seed)
    verify(vm, [series for past in pasts.values() for series in past.measured])
    for kind, exporter in EXPORTERS.items():
        _hand_over(_of_kind(pasts, kind), state_dirs[kind], exporter)
    vm.write([past.up for past in pasts.values()])
    verify(vm, [past.up for past in pasts.values()])
    LOG.info("the past is written: %s", _summary(pasts))
    return len(missing)


def has_past(vm: VictoriaMetrics, meter: AnyMeter, home: Home) -> bool:
    """Whether anything, this command or the exporter, has spoken for the meter before."""
    return bool(vm.names_with(metric_labels(UP, meter, home)))


def _write_measured(
    home: Home, vm: VictoriaMetrics, missing: tuple[AnyMeter, ...], span: Span, *, seed: int
) -> Pasts:
    pasts: Pasts = {}
    for number, meter in enumerate(missing, start=1):
        begun = _cut_off_start(vm, meter, home, span)
        pasts[meter] = past = make_past(meter, home, Span(begun, span.end), seed=seed)
        vm.write(past.measured)
        name = f"{meter.device.device}/{meter.source.source}"
        progress = f"[{number:2}/{len(missing)}] {name}"
        LOG.info("%s: %.1f kWh, %d samples", progress, past.total_kwh, past.sample_count)
    return pasts


def _cut_off_start(vm: VictoriaMetrics, meter: AnyMeter, home: Home, span: Span) -> int:
    """Where a run that was cut off had begun, else where this one does."""
    at_ms = vm.read(metric_labels(ENERGY, meter, home), 0, span.end).at_ms
    return int(at_ms[0] // 1000) if at_ms.size else span.start


def _of_kind(pasts: Pasts, kind: SourceName) -> Pasts:
    return {meter: past for meter, past in pasts.items() if meter.source.source == kind}


def _hand_over(pasts: Pasts, state_dir: Path, exporter: str) -> None:
    if not pasts:
        return
    totals: dict[tuple[str, str], float] = {
        (meter.device.device, meter.source.source): past.total_kwh for meter, past in pasts.items()
    }
    try:
        write_initial_counters(state_dir, exporter, totals, utc_now())
    except ValueError as error:
        message = f"{state_dir} does not fit to an empty VictoriaMetrics: {error}; remove both"
        raise CountersAheadError(message) from None


def _summary(pasts: Pasts) -> str:
    total_kwh = sum(past.total_kwh for past in pasts.values())
    samples = sum(past.sample_count for past in pasts.values())
    return f"{total_kwh:.1f} kWh in {samples} samples"
