"""The units of the rules, and which values can be one of them; arrays as types alone.

Instants are Unix milliseconds, energy is in micro-watt-hours (uWh): 1e9 kWh still fit 64 bits.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # exporters use these rules without numpy
    import numpy as np
    from numpy.typing import NDArray

type Int64s = NDArray[np.int64]
type Booleans = NDArray[np.bool_]

UWH_PER_KWH = 1_000_000_000
MAX_KWH = 1e9
# 2010-01-01: no device that these rules are for is older. A clock that was never set shows 1970.
MIN_AT_MS = 1_262_304_000_000
SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

# VictoriaMetrics keeps floats as decimals with one exponent per block, so an unchanged counter
# may come back a last digit lower. One unit of our rounding is not a fall.
ROUNDING_UWH = 1


def is_sound(at_ms: int, kwh: float, now_ms: int) -> bool:
    """Return whether a counter can have shown this value at this instant."""
    return 0 <= kwh <= MAX_KWH and MIN_AT_MS <= at_ms <= now_ms


def uwh_of_kwh(kwh: float) -> int:
    """Return the nearest whole number of micro-watt-hours."""
    return round(kwh * UWH_PER_KWH)
