"""The bytes that SwitchBot plugs put on the air. Pure.

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
LARGEST_POWER_TENTHS = 0x7FFF


@dataclass(frozen=True, slots=True)
class Plug:
    """A plug on the air. `mac` is bare: `6055F93599FF`."""

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
    """One advert's manufacturer data. `sequence` runs from 1 to 255 and then starts again.

    Power is cut to 0.1 W and to 3276.7 W. For EU and Relay Switch 1PM the unit of 0.1 W is an
    assumption (see docs/bluetooth.md).
    """
    tenths = max(0, min(int(power_watts * 10 + 1e-6), LARGEST_POWER_TENTHS))
    power = (tenths | (OVERLOAD_BIT if overload else 0)).to_bytes(2)
    head = bytes.fromhex(plug.mac) + bytes([sequence, 0x80 if on else 0x00])
    if plug.model in {"plug_mini_us", "plug_mini_jp"}:
        return {WOAN_COMPANY_ID: head + bytes([0x00, 0x26]) + power}
    return {WOAN_COMPANY_ID: head + bytes(2) + power + bytes(4)}
