"""A query for a comparison: its two sources, their interval, and the energy of each."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from bff.comparison.compare import Energies
from bff.ledger.ledger import Ledger
from bff.ledger.query import fetch_history
from bff.reconcile.differences import source_days
from bff.time_grid import DAY_MS, Interval, unix_milliseconds
from bff.victoriametrics.power import PowerOfSource
from energy_rules.sources import NO_SAMPLES
from home_model.config import Device
from home_model.sources import Source
from service_kit.problems import ProblemError, wrong_input

MAX_DAYS = 93

type BySource = Mapping[str, Source]


def select_pair(device: Device, a: str | None, b: str | None) -> tuple[Source, Source]:
    """Return the sources to compare; by default the first ones of the configuration.

    Raises:
        ProblemError: 422, the device has no two sources, or not these.
    """
    by_source_type: BySource = {source.source: source for source in device.sources}
    if len(by_source_type) < 2:  # noqa: PLR2004 - a pair
        raise ProblemError(
            422,
            "one-source",
            f"'{device.device}' has only one source: {', '.join(by_source_type)}.",
            what_to_do="Compare a device with two sources, or add one in the configuration.",
        )
    first = _source(by_source_type, a, "query.a") if a else _other(by_source_type, b)
    second = _source(by_source_type, b, "query.b") if b else _other(by_source_type, first.source)
    if first is second:
        message = "a and b are the same source"
        raise wrong_input(message, where="query.b", what_to_do="Name two sources.")
    return first, second


def _source(by_source_type: BySource, wanted: str, where: str) -> Source:
    if wanted not in by_source_type:
        message = f"the device has no source '{wanted}'"
        known = ", ".join(by_source_type)
        raise wrong_input(message, where=where, what_to_do=f"Use two of: {known}.")
    return by_source_type[wanted]


def _other(by_source_type: BySource, than: str | None) -> Source:
    return next(source for name, source in by_source_type.items() if name != than)


def past_interval(from_: datetime, to: datetime, now: datetime) -> Interval:
    """Return the part of a range before now.

    Raises:
        ProblemError: 422, the range is empty, in the future, or too long.
    """
    start_ms, end_ms = unix_milliseconds(from_), unix_milliseconds(min(to, now))
    if start_ms >= end_ms:
        message = "from must be before to, and in the past"
        raise wrong_input(message, where="query.from", what_to_do="Request a range in the past.")
    if end_ms - start_ms > MAX_DAYS * DAY_MS:
        raise ProblemError(
            422,
            "range-too-long",
            f"At most {MAX_DAYS} days are compared at once.",
            what_to_do="Request a shorter range.",
        )
    return Interval(start_ms, end_ms)


def since_first_reading(requested: Interval, powers: tuple[PowerOfSource, ...]) -> Interval:
    """Return the range without the time before the first reading of either source."""
    # Neither is responsible for the time before the device existed.
    first_ms = [int(p.at_ms[~np.isnan(p.watts)][0]) for p in powers if np.isfinite(p.watts).any()]
    return Interval(min(first_ms, default=requested.start_ms), requested.end_ms)


def fetch_source_energies(
    ledger: Ledger, device: str, sources: tuple[str, str], interval: Interval
) -> Energies:
    """Return micro-watt-hours of each source alone, by the ledger's rules; None without data.

    Raises:
        VictoriaMetricsDownError, VictoriaMetricsRefusedError: The counters could not be read.
    """
    found: dict[str, int | None] = {}
    for days, samples in fetch_history(ledger, [device], interval):
        for source in days.rules.by_source():
            of_source = samples.get(source.source, NO_SAMPLES)
            (whole,) = source_days(
                of_source, source, [interval.start_ms, interval.end_ms], ledger.now_ms()
            )
            found[source.source] = whole.uwh
    return found.get(sources[0]), found.get(sources[1])
