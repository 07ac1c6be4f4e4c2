"""What is possible for a source: limits from its configuration and what was learned of it."""

from dataclasses import dataclass

from energy_rules.quantities import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Int64s

# A milliwatt for 3600 milliseconds is one micro-watt-hour.
MW_MS_PER_UWH = 3_600
MW_PER_W = 1_000

# The strongest load that power held for a while can show: a house of 25 kW, with 20 % to spare.
MAX_HELD_MW = 25_000_000
SPARE_TENTHS = 12

# How much later than its energy a counter's value may be seen.
MIN_LAG_MS = 15 * SECOND_MS
MAX_LAG_MS = 10 * MINUTE_MS

# Doubts too small for an event: less than 0.3 kWh, or 50 W for as long (an hour at least).
UNASKED_UWH = 300_000_000
UNASKED_MW = 50 * MW_PER_W

# What is learned of a source: its step is one of these.
STEPS_UWH = (1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000)
# A counter that hardly moved may be coarse by chance.
MAX_UNSEEN_STEP_UWH = 10_000_000
MIN_RISES, MIN_RISES_ALONE = 2, 10
MIN_MULTIPLES_PERCENT = 90
MAX_RENEWAL_MS = 6 * HOUR_MS
HELD_MS = 5 * MINUTE_MS
HELD_INTERVALS = 3

# A rise that needs more time than this is held against what the device is known to use.
MAX_UNASKED_SPAN_MS = 10 * MINUTE_MS
# How long a counter may stand still before one step of it is spread over less than that.
MAX_PLATEAU_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class Limits:
    """What the configuration and the type of source allow.

    Attributes:
        max_power_mw: The most that a single rise may come to, milliwatts: 4 kW for a plug, 25 kW
            for circuits and meters, or the configured `max_power_watts`.
        gap_limit_ms: A longer time between two samples is a silence; its energy is `estimated`.
    """

    max_power_mw: int
    gap_limit_ms: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What the samples of a source show of it.

    Attributes:
        step_uwh: The smallest change that the counter shows.
        renewal_ms: How often its value is renewed; 0 when it is at every sample.
        held_mw: The highest power that was held for about a quarter of an hour, milliwatts.
    """

    step_uwh: int = 1
    renewal_ms: int = 0
    held_mw: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits and learned values together: what one sample after another is judged by.

    Attributes:
        ceiling_mw: The most power that is possible.
        step_uwh: See `Learned`.
        renewal_ms: See `Learned`.
        lag_ms: How much later than its energy a value may be seen.
        gap_limit_ms: See `Limits`.
    """

    ceiling_mw: int
    step_uwh: int
    renewal_ms: int
    lag_ms: int
    gap_limit_ms: int


def bounds_of(limits: Limits, learned: Learned) -> Bounds:
    """Return the bounds; power that was held lifts the ceiling."""
    held_mw = min(learned.held_mw, MAX_HELD_MW) * SPARE_TENTHS // 10
    lag_ms = max(MIN_LAG_MS, min(learned.renewal_ms, MAX_LAG_MS))
    return Bounds(
        max(limits.max_power_mw, held_mw),
        learned.step_uwh,
        learned.renewal_ms,
        lag_ms,
        limits.gap_limit_ms,
    )


def energy_uwh[Number: (int, Int64s)](power_mw: int, duration_ms: Number) -> Number:
    """Return the energy of a power held for a time, rounded down."""
    return power_mw * duration_ms // MW_MS_PER_UWH


def unasked_uwh(duration_ms: int) -> int:
    """Return the most energy that is too little to ask a person about."""
    return max(UNASKED_UWH, energy_uwh(UNASKED_MW, max(duration_ms, HOUR_MS)))


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
