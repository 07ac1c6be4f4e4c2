"""Fetch all samples that the slots of an interval depend on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bff.ledger.sample_counts import (
    NEIGHBOURS,
    CountsByDay,
    DeviceDays,
    extend_back,
    extend_forward,
)
from bff.time_grid import DAY_MS, FAR_FUTURE_MS, Interval
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.counters import CounterSelection, RawSamples, fetch_counters
from bff.victoriametrics.patience import BACKGROUND, Patience
from energy_rules.learning import WINDOW_MS
from energy_rules.limits import Limits
from energy_rules.power import parse_power
from energy_rules.sources import NO_SAMPLES, Samples, parse_samples
from home_model.metrics import POWER
from home_model.sources import PUSHED_SOURCES

# Sources that are read regularly have their neighbouring samples within this.
NEAR_MS = 3_600_000
MANY_NEIGHBOURS = 100

type SamplesBySource = dict[str, Samples]


@dataclass(frozen=True, slots=True)
class SampleSource:
    """The server and selection to fetch samples from, until when, and how long it may take."""

    victoriametrics: VictoriaMetrics
    selection: CounterSelection
    now_ms: int
    patience: Patience = BACKGROUND

    def fetch(self, devices: Sequence[str], interval: Interval) -> dict[str, SamplesBySource]:
        """Fetch all samples of the devices in the interval."""
        found = fetch_counters(
            self.victoriametrics,
            self.selection.only(tuple(devices)),
            interval.start_ms,
            interval.end_ms,
            patience=self.patience,
        )
        parsed: dict[str, SamplesBySource] = {device: {} for device in devices}
        for (device, source), raw in found.items():
            parsed[device][source] = _parse(source, raw, self.now_ms)
        return parsed

    def fetch_power(self, device: str, interval: Interval) -> dict[str, RawSamples]:
        """Fetch every sample of a device's power in the interval, by source, in watts."""
        found = fetch_counters(
            self.victoriametrics,
            self.selection.of(POWER).only((device,)),
            interval.start_ms,
            interval.end_ms,
            patience=self.patience,
        )
        return {source: raw for (_, source), raw in found.items()}


def _parse(source: str, raw: RawSamples, now_ms: int) -> Samples:
    if source in PUSHED_SOURCES:
        return parse_power(raw.at_ms, raw.values, now_ms)
    return parse_samples(raw.at_ms, raw.values, now_ms).samples


def fetch_with_neighbours(
    source: SampleSource,
    devices: Sequence[DeviceDays],
    interval: Interval,
    *,
    before_ms: int = WINDOW_MS,
) -> Iterator[tuple[DeviceDays, SamplesBySource]]:
    """Fetch the samples of each device in the interval, and enough of them before and after it.

    Args:
        source: Where to fetch them.
        devices: The devices.
        interval: The interval.
        before_ms: From how long before it samples are fetched too: what is learned of a source,
            and what a device is known to use, comes from these.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
    """
    end_ms = min(interval.end_ms + NEAR_MS, source.now_ms + 1)
    near = Interval(interval.start_ms - before_ms, end_ms)
    samples = source.fetch([device.rules.device for device in devices], near)
    for device in devices:
        found = samples.pop(device.rules.device)
        if not _is_enough(source.now_ms, device, found, interval, near):
            found = _fetch_further(source, device, interval)
        yield device, found


def _fetch_further(source: SampleSource, device: DeviceDays, interval: Interval) -> SamplesBySource:
    found: SamplesBySource = {}
    for neighbours in (NEIGHBOURS, MANY_NEIGHBOURS, None):
        far = _far(device, interval, source.now_ms, neighbours)
        found = source.fetch([device.rules.device], far)[device.rules.device]
        if _is_enough(source.now_ms, device, found, interval, far):
            break
    return found


def _far(device: DeviceDays, interval: Interval, now_ms: int, neighbours: int | None) -> Interval:
    if neighbours is None:
        first = min((day for days in device.days for day in days), default=interval.start_ms)
        return Interval(min(first, interval.start_ms), now_ms + 1)
    return Interval(
        extend_back(device.days, interval.start_ms - WINDOW_MS, neighbours),
        extend_forward(device.days, interval.end_ms, neighbours),
    )


def _is_enough(
    now_ms: int, device: DeviceDays, found: SamplesBySource, interval: Interval, fetched: Interval
) -> bool:
    # Samples newer than the last count belong to the open slots, which are fetched on their own.
    end_ms = FAR_FUTURE_MS if fetched.end_ms > now_ms else fetched.end_ms
    of_sources = zip(device.rules.sources, device.rules.limits, device.days, strict=True)
    return all(
        _is_enough_of(
            found.get(source, NO_SAMPLES),
            days,
            interval,
            Interval(fetched.start_ms, end_ms),
            _late_ms(limits),
        )
        for source, limits, days in of_sources
    )


def _late_ms(limits: Limits) -> int:
    """Return how long before the interval samples certainly decide about it."""
    return min(limits.gap_limit_ms, NEAR_MS)


def _is_enough_of(
    samples: Samples,
    days: CountsByDay,
    interval: Interval,
    fetched: Interval,
    late_ms: int,
) -> bool:
    edges_ms = [interval.start_ms - late_ms, interval.start_ms, interval.end_ms]
    recent, first, last = np.searchsorted(samples.at_ms, edges_ms)
    nothing_later = all(day + DAY_MS <= fetched.end_ms for day in days)
    if not nothing_later and len(samples) - last < NEIGHBOURS:
        return False
    # Without a sample from the start on, no energy reaches into the interval.
    if nothing_later and first == len(samples):
        return True
    return recent >= NEIGHBOURS or not any(day < fetched.start_ms for day in days)
