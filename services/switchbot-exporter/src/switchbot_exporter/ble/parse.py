"""Parse the advertisement of a plug. Pure: bleak's data in, an `Advert` out.

PySwitchbot reads the bytes. Layouts: OpenWonderLabs/SwitchBotAPI-BLE `devicetypes/plugmini.md` for
Plug Mini US and JP; PySwitchbot 3.1 `adv_parsers/relay_switch.py` for Plug Mini EU and Relay
Switch 1PM.
"""

from dataclasses import dataclass

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from switchbot import SwitchbotModel, parse_advertisement_data

from home_model.errors import BadPayloadError
from home_model.readings import check_power_watts
from home_model.sources import BleSource

WOAN_COMPANY_ID = 2409
SERVICE_UUIDS = (
    "0000fd3d-0000-1000-8000-00805f9b34fb",
    "00000d00-0000-1000-8000-00805f9b34fb",  # older firmware
)
MODELS = {
    "plug_mini_us": SwitchbotModel.PLUG_MINI_US,
    "plug_mini_jp": SwitchbotModel.PLUG_MINI_JP,
    "plug_mini_eu": SwitchbotModel.PLUG_MINI_EU,
    "relay_switch_1pm": SwitchbotModel.RELAY_SWITCH_1PM,
}
PLUGS = frozenset({"plug_mini_us", "plug_mini_jp"})
PLUG_LETTERS = b"gGjJ"  # capital while pairing; US and JP share one layout
RELAY_LETTERS = b"?\x1f<"
PAYLOAD_BYTES = 12
SEQUENCE_BYTE = 6
STATE_BYTE = 7
POWER_BYTE = 10
OVERLOAD_BIT = 0x80
STATE_OFF = 0x00


@dataclass(frozen=True, slots=True)
class Scale:
    """How doubtful numbers are read.

    Attributes:
        relay_power_watts: One step of power in the advertisements of Plug Mini EU and Relay
            Switch 1PM. PySwitchbot's tests read 1 W since 0.68.3 (2025-08, pull request 380:
            49 W, 70 W and, for Plug Mini EU, 1254 W); until 0.64 it read 0.1 W, as its answers
            over a connection still are. See docs/bluetooth.md.
        off_is_zero: An open relay carries nothing: report 0 W, whatever the advertisement shows.
            Old firmware of Plug Mini counts a phantom up, 0.1 W each second (home-assistant/core
            issue #84714, 2022-12).
    """

    relay_power_watts: float = 1.0
    off_is_zero: bool = True


@dataclass(frozen=True, slots=True)
class Advert:
    """One advertisement. `overload` is None for models that do not report it.

    `sequence` changes when the content does: the same one again confirms the old power, it is
    not a new measurement.
    """

    sequence: int
    on: bool
    power_watts: float
    overload: bool | None


def parse_advert(
    device: BLEDevice, data: AdvertisementData, source: BleSource, scale: Scale
) -> Advert | None:
    """Parse an advertisement of `source`; None when it carries no measurement (scan responses).

    Raises:
        BadPayloadError: It is truncated, another device's, of another model than configured, or
            has more power than a plug can carry.
    """
    payload = data.manufacturer_data.get(WOAN_COMPANY_ID)
    if payload is None:
        return None
    _check_frame(payload, source)
    _check_model_letter(data, source)
    # The model is configured: without service data PySwitchbot cannot take it for another kind.
    parsed = parse_advertisement_data(device, data._replace(service_data={}), MODELS[source.model])
    values = parsed.data["data"] if parsed else {}
    if not values:
        reason = f"PySwitchbot cannot parse the advertisement {payload.hex()}"
        raise BadPayloadError(reason)
    if source.model in PLUGS:
        return _plug_advert(payload, values, scale)
    watts = check_power_watts(round(values["power"] * scale.relay_power_watts, 3))
    # The state of these is bit 7 alone, so what is not on is off.
    carries_nothing = not values["isOn"] and scale.off_is_zero
    return Advert(
        payload[SEQUENCE_BYTE], values["isOn"], 0.0 if carries_nothing else watts, overload=None
    )


def _check_model_letter(data: AdvertisementData, source: BleSource) -> None:
    received = [data.service_data[uuid] for uuid in SERVICE_UUIDS if data.service_data.get(uuid)]
    if not received:
        return
    letter = received[0][0] & 0x7F
    if letter not in (PLUG_LETTERS if source.model in PLUGS else RELAY_LETTERS):
        reason = (
            f"devices.yaml has model {source.model}, the advertisement has {chr(letter)!r}; "
            "letters are g: plug_mini_us, j: plug_mini_jp, ?: plug_mini_eu, <: relay_switch_1pm"
        )
        raise BadPayloadError(reason)


def _check_frame(payload: bytes, source: BleSource) -> None:
    # Firmware before V1.3 has another, shorter layout.
    if len(payload) < PAYLOAD_BYTES:
        reason = f"the advertisement has {len(payload)} bytes, {PAYLOAD_BYTES} are needed"
        raise BadPayloadError(reason)
    mac = payload[:SEQUENCE_BYTE].hex().upper()
    if mac != source.id:
        reason = f"the advertisement carries the id {mac}"
        raise BadPayloadError(reason)


def _plug_advert(payload: bytes, values: dict[str, float], scale: Scale) -> Advert:
    # PySwitchbot takes every state but 0x80 for off. Only the documented off is trusted to
    # mean that nothing flows.
    off = payload[STATE_BYTE] == STATE_OFF
    return Advert(
        sequence=payload[SEQUENCE_BYTE],
        on=bool(values["isOn"]),
        power_watts=0.0 if off and scale.off_is_zero else values["power"],
        overload=bool(payload[POWER_BYTE] & OVERLOAD_BIT),
    )
