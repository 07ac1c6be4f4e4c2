"""What a counter can show: the sums that whole arrays and single samples share."""

from typing import TYPE_CHECKING

from energy_rules.limits import MIN_LAG_MS, Bounds, energy_uwh
from energy_rules.quantities import DAY_MS, MINUTE_MS

if TYPE_CHECKING:
    from energy_rules.samples import Int64s

# A rise that needs more time than this is held against what the device is known to use.
MAX_UNASKED_SPAN_MS = 10 * MINUTE_MS
# How long a counter may stand still before one step of it is spread over less than that.
MAX_PLATEAU_MS = DAY_MS


def max_rise_uwh[Number: (int, Int64s)](bounds: Bounds, duration_ms: Number) -> Number:
    """Return the most that a counter can show more after this time."""
    return energy_uwh(bounds.ceiling_mw, duration_ms + bounds.lag_ms) + bounds.step_uwh


def max_jumpless_uwh[Number: (int, Int64s)](bounds: Bounds, duration_ms: Number) -> Number:
    """Return the same for a change that no renewal delays: both of two steps, or a fall."""
    return energy_uwh(bounds.ceiling_mw, duration_ms + MIN_LAG_MS) + bounds.step_uwh


def natural_span_ms(bounds: Bounds, rise_uwh: int, gap_ms: int, unchanged_ms: int) -> int:
    """Return in which time the energy of a rise was used, if it was.

    Args:
        bounds: What the source is judged by.
        rise_uwh: The rise; one step may have become due any time since the last change.
        gap_ms: The time since the last sample.
        unchanged_ms: The time since the last change.
    """
    if rise_uwh <= bounds.step_uwh:
        return min(unchanged_ms, max(gap_ms, MAX_PLATEAU_MS))
    return max(gap_ms, min(bounds.renewal_ms, unchanged_ms))
