"""The settings of a virtual plug at its start."""

from dataclasses import dataclass
from typing import Literal

FIRST_PORT = 5600
FIRST_DISCRIMINATOR = 3000
FIRST_PASSCODE = 20_202_021


@dataclass(frozen=True, slots=True)
class Plug:
    """A plug and what it measures first.

    Attributes:
        serial: What the configuration names it by.
        shape: `one_endpoint` as Tapo P110M: socket and meter on endpoint 1, RMS values.
            `two_endpoints` as Eve Energy: the meter on endpoint 2, plain values.
    """

    serial: str
    shape: Literal["one_endpoint", "two_endpoints"] = "one_endpoint"
    name: str = "Plug"
    vendor: str = "Virtual"
    product: str = "Virtual plug"
    power_milliwatts: int | None = 0
    voltage_millivolts: int | None = 100_000
    current_milliamperes: int | None = 0
    energy_milliwatt_hours: int | None = 0
