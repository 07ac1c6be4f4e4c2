"""The states of a device as the API shows them. Pure."""

from bff.availability.query import States
from bff.availability.schemas import Availability, AvailabilityCell
from bff.time_grid import Interval, in_zone
from home_model.config import Home


def availability_response(
    home: Home, device: str, interval: Interval, states: States
) -> Availability:
    """Return the cells and their sums; what was neither up nor down was silent."""
    step_ms = states.grid.step_seconds * 1000
    silent = states.passed_seconds - states.up_seconds - states.down_seconds
    each = zip(
        states.up_seconds.tolist(), states.down_seconds.tolist(), silent.tolist(), strict=True
    )
    return Availability(
        from_=in_zone(interval.start_ms, home.zone),
        to=in_zone(interval.end_ms, home.zone),
        device=device,
        step_seconds=states.grid.step_seconds,
        resolution_seconds=states.grid.resolution_seconds,
        up_seconds=int(states.up_seconds.sum()),
        down_seconds=int(states.down_seconds.sum()),
        silent_seconds=int(silent.sum()),
        cells=[
            AvailabilityCell(
                at=in_zone(interval.start_ms + position * step_ms, home.zone),
                up_seconds=up,
                down_seconds=down,
                silent_seconds=silence,
            )
            for position, (up, down, silence) in enumerate(each)
        ],
    )
