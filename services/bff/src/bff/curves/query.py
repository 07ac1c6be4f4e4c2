"""How finely a curve is drawn, and its values from VictoriaMetrics."""

from bff.curves.schemas import Quantity
from bff.services import Services
from bff.time_grid import Interval
from bff.victoriametrics.curves import Curve, fetch_curve
from bff.victoriametrics.power import SourceSeries
from home_model.config import Device, Home
from home_model.sources import PUSHED_SOURCES, Source
from service_kit.problems import wrong_input

MAX_POINTS = 1_500
MAX_STEP_SECONDS = 86_400
# Scrapes are up to half a minute apart: shorter steps would have holes in between.
STEPS_SECONDS = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, MAX_STEP_SECONDS)


def step_seconds(interval: Interval) -> int:
    """Return the shortest step with at most 1,500 points.

    Raises:
        ProblemError: 422, the range is empty, or longer than 1,500 days.
    """
    seconds = (interval.end_ms - interval.start_ms) / 1000
    if seconds <= 0:
        message = "from must be before to"
        raise wrong_input(message, where="query.from", what_to_do="Request a range of time.")
    if seconds > MAX_POINTS * MAX_STEP_SECONDS:
        message = f"at most {MAX_POINTS} days"
        raise wrong_input(message, where="query.from", what_to_do="Request a shorter range.")
    return next(step for step in STEPS_SECONDS if seconds <= MAX_POINTS * step)


def fetch_curves(
    services: Services, home: Home, device: Device, quantity: Quantity, interval: Interval
) -> dict[str, Curve]:
    """Fetch the curve of every source of a device that measured the quantity.

    Raises:
        VictoriaMetricsDownError: No complete response in time.
        VictoriaMetricsRefusedError: The response was 4xx.
    """
    step_ms = step_seconds(interval) * 1000
    found = {
        source.source: fetch_curve(
            services.victoriametrics,
            SourceSeries(home.house, device.device, source).selector(quantity),
            interval,
            step_ms,
            _window_ms(source, step_ms),
        )
        for source in device.sources
    }
    return {source: curve for source, curve in found.items() if curve is not None}


def _window_ms(source: Source, step_ms: int) -> int:
    """A board measures minutes apart: until its silence limit the last value is drawn."""
    if source.source not in PUSHED_SOURCES:
        return step_ms
    return max(step_ms, round(source.gap_limit_seconds * 1000))
