"""What a source said of one device at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer of one source. A value that the source did not give is None, never 0.

    Attributes:
        at: When the answer reached us (UTC); sources without a clock of their own get ours.
        power_watts: Active power.
        voltage_volts: RMS voltage.
        current_amperes: RMS current.
        energy_lifetime_kwh: The device's own counter, when it has one that never starts again
            by itself.
        energy_today_kwh: The device's own counter that starts again each day by its own clock.
        energy_exported_kwh: The device's own counter of energy fed back, when it has one; it may
            begin again at 0.
        extra: Other quantities of the family, by their word in `home_model.metrics.EXTRA`.
    """

    at: datetime
    power_watts: float | None = None
    voltage_volts: float | None = None
    current_amperes: float | None = None
    energy_lifetime_kwh: float | None = None
    energy_today_kwh: float | None = None
    energy_exported_kwh: float | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
