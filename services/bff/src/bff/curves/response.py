"""Curves as the API shows them. Pure."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bff.curves.schemas import Curves, Quantity, SourceCurve
from bff.time_grid import Interval, in_zone
from bff.victoriametrics.curves import Curve
from home_model.config import Home


def curves_response(  # noqa: PLR0913, PLR0917 - what was asked, and what was found
    home: Home,
    device: str,
    quantity: Quantity,
    interval: Interval,
    step_seconds: int,
    curves: Mapping[str, Curve],
) -> Curves:
    """Return the curves of a device."""
    return Curves(
        from_=in_zone(interval.start_ms, home.zone),
        to=in_zone(interval.end_ms, home.zone),
        device=device,
        quantity=quantity,
        step_seconds=step_seconds,
        sources=[
            SourceCurve(source=source, low=_values(curve.low), high=_values(curve.high))
            for source, curve in curves.items()
        ],
    )


def _values(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]
