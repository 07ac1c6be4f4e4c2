"""What the ledger answers: energy and coverage of devices between instants."""

from dataclasses import dataclass

from bff.ledger.counter import Int64s


@dataclass(frozen=True, slots=True)
class Energy:
    """Arrays of shape (devices, edges - 1).

    Attributes:
        measured_uwh: Micro-watt-hours (1 kWh = 10^9) of quality `measured`.
        estimated_uwh: Micro-watt-hours of quality `estimated`.
        measured_ms: Milliseconds whose energy was measured.
        estimated_ms: Milliseconds whose energy was estimated.
        missing_ms: Milliseconds nothing is known of; time after now is not among them.
    """

    measured_uwh: Int64s
    estimated_uwh: Int64s
    measured_ms: Int64s
    estimated_ms: Int64s
    missing_ms: Int64s
