"""How finely the states of a device are counted, and their counts from VictoriaMetrics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bff.services import Services
from bff.time_grid import Interval, unix_milliseconds
from bff.victoriametrics.export import unix_seconds
from bff.victoriametrics.parse import RangeSeries, parse_range
from bff.victoriametrics.power import SourceSeries
from home_model.config import Device, Home
from home_model.metrics import POWER, UP
from home_model.sources import PUSHED_SOURCES, Source
from service_kit.problems import wrong_input

DAY_SECONDS = 86_400
# VictoriaMetrics refuses a subquery of more than 100,000 points.
MAX_POINTS = 90_000


@dataclass(frozen=True, slots=True)
class Grid:
    """How long a cell is, and how finely it is looked at."""

    step_seconds: int
    resolution_seconds: int


# Up to 45 days a cell is an hour.
GRIDS = (Grid(3_600, 60), Grid(DAY_SECONDS, 600), Grid(DAY_SECONDS, 1_800))
MAX_HOURLY_SECONDS = 45 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class States:
    """Seconds in each cell of which the device was up and down, and that have passed."""

    grid: Grid
    up_seconds: NDArray[np.int64]
    down_seconds: NDArray[np.int64]
    passed_seconds: NDArray[np.int64]


def grid_of(interval: Interval) -> Grid:
    """Return the finest grid that VictoriaMetrics can compute.

    Raises:
        ProblemError: 422, the range is empty, or longer than 1,800 days.
    """
    seconds = (interval.end_ms - interval.start_ms) / 1000
    if seconds <= 0:
        message = "from must be before to"
        raise wrong_input(message, where="query.from", what_to_do="Request a range of time.")
    for grid in GRIDS:
        is_short = grid.step_seconds == DAY_SECONDS or seconds <= MAX_HOURLY_SECONDS
        if is_short and seconds + grid.step_seconds <= MAX_POINTS * grid.resolution_seconds:
            return grid
    message = "at most 1,800 days"
    raise wrong_input(message, where="query.from", what_to_do="Request a shorter range.")


def fetch_availability(
    services: Services, home: Home, device: Device, interval: Interval
) -> States:
    """Fetch how long a device was up and down in each cell that has begun.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    grid = grid_of(interval)
    passed = passed_seconds(interval, unix_milliseconds(services.now()), grid)
    if passed.size == 0:
        return States(grid, passed, passed, passed)
    # An evaluation at the end of a minute is about that minute: the last one is at the cell's end.
    form = {
        "query": _query(home, device, grid),
        "start": unix_seconds(interval.start_ms + grid.step_seconds * 1000),
        "end": unix_seconds(interval.start_ms + passed.size * grid.step_seconds * 1000),
        "step": f"{grid.step_seconds}s",
        "nocache": "1",
    }
    body = services.victoriametrics.fetch("/api/v1/query_range", form)
    counts = {
        each.metric.get("state"): _in_cells(each, interval.start_ms, grid, passed.size)
        for each in parse_range(body)
    }
    nothing = np.zeros(passed.size, np.int64)
    up = np.minimum(counts.get("up", nothing) * grid.resolution_seconds, passed)
    down = np.minimum(counts.get("down", nothing) * grid.resolution_seconds, passed - up)
    return States(grid, up, down, passed)


def passed_seconds(interval: Interval, now_ms: int, grid: Grid) -> NDArray[np.int64]:
    """Return how much of each cell has passed, in whole steps of the resolution."""
    step_ms = grid.step_seconds * 1000
    end_ms = min(interval.end_ms, now_ms)
    count = max(0, -(-(end_ms - interval.start_ms) // step_ms))
    starts_ms = interval.start_ms + step_ms * np.arange(count, dtype=np.int64)
    seconds = np.minimum(end_ms - starts_ms, step_ms) // 1000
    return seconds // grid.resolution_seconds * grid.resolution_seconds


def _query(home: Home, device: Device, grid: Grid) -> str:
    series = [SourceSeries(home.house, device.device, source) for source in device.sources]
    up = _any([f"{_last(each, POWER.word, grid)} > -Inf" for each in series])
    down = _any([f"{_last(each, UP.word, grid)} == 0" for each in series])
    counts = {"up": up, "down": f"({down}) unless ({up})"}
    steps = f"[{grid.step_seconds}s:{grid.resolution_seconds}s]"
    labelled = [
        f'label_set(count_over_time(({counted}){steps}), "state", "{state}")'
        for state, counted in counts.items()
    ]
    return f"union({', '.join(labelled)})"


def _any(conditions: list[str]) -> str:
    return f"count(union({', '.join(conditions)}))"


def _last(series: SourceSeries, word: str, grid: Grid) -> str:
    return f"last_over_time({series.selector(word)}[{_window_seconds(series.source, grid)}s])"


def _window_seconds(source: Source, grid: Grid) -> int:
    """A board measures minutes apart: until its silence limit the last value holds."""
    if source.source not in PUSHED_SOURCES:
        return grid.resolution_seconds
    return max(grid.resolution_seconds, round(source.gap_limit_seconds))


def _in_cells(series: RangeSeries, start_ms: int, grid: Grid, count: int) -> NDArray[np.int64]:
    counts = np.zeros(count, np.int64)
    for at_seconds, value in series.values:
        counts[(round(at_seconds * 1000) - start_ms) // (grid.step_seconds * 1000) - 1] = value
    return counts
