"""What a counter can show: the sums that whole arrays and single samples share."""

import numpy as np

from energy_rules.limits import MIN_LAG_MS, Bounds, energy_uwh
from energy_rules.samples import DAY_MS, MINUTE_MS, Booleans, Int64s

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


def plain_spans(
    bounds: Bounds, rise_uwh: Int64s, gap_ms: Int64s, unchanged_ms: Int64s
) -> tuple[Booleans, Int64s]:
    """Compare neighbouring samples: which need no decision, and the span of each rise.

    Args:
        bounds: What the source is judged by.
        rise_uwh: By how much each sample is above the one before; 0 for the first.
        gap_ms: The time since the one before.
        unchanged_ms: The time since the change before.
    """
    one_step = np.minimum(unchanged_ms, np.maximum(gap_ms, MAX_PLATEAU_MS))
    more = np.maximum(gap_ms, np.minimum(bounds.renewal_ms, unchanged_ms))
    span_ms = np.where(rise_uwh <= bounds.step_uwh, one_step, more)
    fits = rise_uwh <= max_rise_uwh(bounds, span_ms)
    unasked = (span_ms <= MAX_UNASKED_SPAN_MS) | (rise_uwh <= max_rise_uwh(bounds, gap_ms))
    late = ~fits & _are_late(bounds, rise_uwh, gap_ms)
    plain = (gap_ms <= bounds.gap_limit_ms) & ((fits & unasked) | late)
    return plain, np.where(late, gap_ms, span_ms)


def _are_late(bounds: Bounds, rise_uwh: Int64s, gap_ms: Int64s) -> Booleans:
    """Which rises are the rest of the one before, which came before its time was over."""
    before_uwh, before_ms = np.append(0, rise_uwh[:-1]), np.append(0, gap_ms[:-1])
    together = rise_uwh + before_uwh <= max_jumpless_uwh(bounds, gap_ms + before_ms)
    return (before_uwh > 0) & (before_ms <= bounds.gap_limit_ms) & together
