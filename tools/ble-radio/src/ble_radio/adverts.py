"""The bytes of SwitchBot plugs' advertisements. Pure.

Source: OpenWonderLabs/SwitchBotAPI-BLE `devicetypes/plugmini.md` (US/JP), and for EU and Relay
Switch 1PM the vector in PySwitchbot's `tests/test_adv_parser.py`.
"""

from dataclasses import dataclass
from typing import Literal

WOAN_COMPANY_ID = 2409
SERVICE_UUID = "0000fd3d-0000-1000-8000-00805f9b34fb"

type Model = Literal["plug_mini_us", "plug_mini_jp", "plug_mini_eu", "relay_switch_1pm"]

MODEL_BYTE: dict[Model, int] = {
    "plug_mini_us": ord("g"),
    "plug_mini_jp": ord("j"),
    "plug_mini_eu": ord("?"),
    "relay_switch_1pm": ord("<"),
}
OVERLOAD_BIT = 0x8000
MAX_POWER_STEPS = 0x7FFF
STEPS_PER_WATT: dict[Model, int] = {
    "plug_mini_us": 10,
    "plug_mini_jp": 10,
    "plug_mini_eu": 1,
    "relay_switch_1pm": 1,
}


@dataclass(frozen=True, slots=True)
class Plug:
    """A plug that advertises. `mac` is bare: `6055F93599FF`."""

    mac: str
    model: Model

    @property
    def address(self) -> str:
        """The MAC as BlueZ writes it."""
        return ":".join(self.mac[i : i + 2] for i in range(0, 12, 2))

    @property
    def service_data(self) -> dict[str, bytes]:
        """Usually in the scan response: the model's letter."""
        return {SERVICE_UUID: bytes([MODEL_BYTE[self.model], 0, 0])}


def manufacturer_data(
    plug: Plug, *, sequence: int, power_watts: float, on: bool = True, overload: bool = False
) -> dict[int, bytes]:
    """Return the manufacturer data of one advertisement.

    Power is cut to steps of 0.1 W, for EU and Relay Switch 1PM of 1 W (see docs/bluetooth.md).

    Args:
        plug: Whose it is.
        sequence: From 1 to 255, then from 1 again.
        power_watts: The load.
        on: Whether the relay is closed.
        overload: Whether the plug reports one.
    """
    steps = int(power_watts * STEPS_PER_WATT[plug.model] + 1e-6)
    limited = max(0, min(steps, MAX_POWER_STEPS))
    power = (limited | (OVERLOAD_BIT if overload else 0)).to_bytes(2)
    head = bytes.fromhex(plug.mac) + bytes([sequence, 0x80 if on else 0x00])
    if plug.model in {"plug_mini_us", "plug_mini_jp"}:
        return {WOAN_COMPANY_ID: head + bytes([0x00, 0x26]) + power}
    return {WOAN_COMPANY_ID: head + bytes(2) + power + bytes(4)}
