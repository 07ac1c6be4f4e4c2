"""A series in steps, its peaks kept: the lowest and the highest value of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.time_grid import Interval
from bff.victoriametrics.client import VictoriaMetrics
from bff.victoriametrics.export import unix_seconds
from bff.victoriametrics.parse import RangeSeries, parse_range


@dataclass(frozen=True, slots=True)
class Curve:
    """The lowest and the highest value of each step; NaN where nothing was measured."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def fetch_curve(
    victoriametrics: VictoriaMetrics,
    selector: str,
    interval: Interval,
    step_ms: int,
    window_ms: int,
) -> Curve | None:
    """Fetch the steps of an interval from its start; None where nothing was measured at all.

    A device that moved has several series: they are one curve.

    Args:
        victoriametrics: The server.
        selector: The series of one source.
        interval: What is drawn.
        step_ms: How long a step is.
        window_ms: How long before its end a step has values of: longer than a step where
            measurements are further apart.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    count = -(-(interval.end_ms - interval.start_ms) // step_ms)
    # A value at an instant is of the step that ends there, its end included. Without `nocache`
    # VictoriaMetrics moves the instants to multiples of the step.
    form = {
        "query": _query(selector, window_ms),
        "start": unix_seconds(interval.start_ms + step_ms - 1),
        "end": unix_seconds(interval.start_ms + count * step_ms - 1),
        "step": f"{step_ms}ms",
        "nocache": "1",
    }
    found = {
        series.metric.get("peak"): _in_steps(series, interval.start_ms, step_ms, count)
        for series in parse_range(victoriametrics.fetch("/api/v1/query_range", form))
    }
    if "low" not in found or "high" not in found:
        return None
    return Curve(found["low"], found["high"])


def _query(selector: str, window_ms: int) -> str:
    low, high = (
        f'label_set({name}({name}_over_time({selector}[{window_ms}ms])), "peak", "{peak}")'
        for name, peak in (("min", "low"), ("max", "high"))
    )
    return f"union({low}, {high})"


def _in_steps(series: RangeSeries, start_ms: int, step_ms: int, count: int) -> NDArray[np.float64]:
    values = np.full(count, np.nan)
    for at_seconds, value in series.values:
        values[(round(at_seconds * 1000) - start_ms) // step_ms] = value
    return values
