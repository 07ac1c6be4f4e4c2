"""`--discover`: which devices the messages of a broker are of, in lines that can be pasted."""

import asyncio
from pathlib import Path

import pytest
import yaml
from mqtt_messages import SHELLY_GEN2, TASMOTA, TASMOTA_CHANNELS, ZIGBEE, body, notice
from running_gateway import make_settings, send

from home_model.config import Home
from home_model.errors import UnreachableError
from mqtt_emulator.broker import Mosquitto
from mqtt_gateway.discovery import NOTHING, receive_all
from mqtt_gateway.found import list_devices
from service_kit.suggestion import suggestion
from testbed.process import free_port

ZIGBEE_CONFIG = {
    "device": {"identifiers": ["zigbee2mqtt_0x00158d"], "name": "炊飯器", "manufacturer": "x"},
    "device_class": "power", "name": "Power", "state_class": "measurement",
    "state_topic": "zigbee2mqtt/rice cooker", "unit_of_measurement": "W",
    "unique_id": "0x00158d_power_zigbee2mqtt", "value_template": "{{ value_json.power }}",
}  # fmt: skip
ESPHOME_CONFIG = {
    "dev_cla": "energy", "unit_of_meas": "Wh", "stat_cla": "total_increasing", "name": "Heat",
    "stat_t": "boiler/sensor/heat_total/state", "avty_t": "boiler/status", "uniq_id": "E1",
    "dev": {"ids": "a", "name": "Boiler", "sw": "esphome v2026.1"},
}  # fmt: skip
OTHER_CONFIG = {
    "device": {"name": "Solar"}, "device_class": "power", "state_topic": "pv/state",
    "unit_of_measurement": "kW", "value_template": "{{ value_json['ac_power'] }}",
}  # fmt: skip
TOPICS: dict[str, object] = {
    "homeassistant/sensor/0x00158d/power/config": ZIGBEE_CONFIG,
    "homeassistant/sensor/boiler/heat_total/config": ESPHOME_CONFIG,
    "homeassistant/sensor/solar/power/config": OTHER_CONFIG,
    "homeassistant/sensor/broken/power/config": "not JSON",
    "tasmota/discovery/A0B1C2/config": {"t": "strip", "dn": "Desk strip", "md": "x"},
    "zigbee2mqtt/bridge/state": {"state": "online"},
    "zigbee2mqtt/bridge/info": {"power": 1},
    "zigbee2mqtt/rice cooker": ZIGBEE,
    "zigbee2mqtt/button": {"battery": 90, "linkquality": 1},
    "tele/strip/SENSOR": TASMOTA_CHANNELS,
    "home/cellar/tele/SENSOR": TASMOTA,
    "tele/thermometer/SENSOR": {"SI7021": {"Temperature": 20}},
    "boiler/sensor/heat_total/state": "12345",
    "boiler/sensor/heat_power/state": "2000",
    "boiler/sensor/uptime/state": "7",
    "shellies/shellyplug-s-1/relay/0/power": "12.3",
    "shellies/shellyem-2/emeter/0/power": "1",
    "shellies/shellyem-2/emeter/1/power": "2",
    "shellyplugsg3-1/status/switch:0": SHELLY_GEN2,
    "shellypro3em-1/events/rpc": notice(1, em_0={"total_act_power": 5}),
    "shellyplus1-1/status/switch:0": {"id": 0, "output": True},
    "garbage": b"\xff\xfe",
}  # fmt: skip
EXPECTED = {
    ("strip", "tasmota", 1): {"name": {"en": "Desk strip"}},
    ("strip", "tasmota", 2): {},
    ("strip", "tasmota", 3): {},
    ("cellar", "tasmota", None): {"full_topic": "home/%topic%/%prefix%/"},
    ("shellies/shellyplug-s-1", "shelly_gen1", None): {},
    ("shellies/shellyem-2", "shelly_gen1_em", 1): {},
    ("shellies/shellyem-2", "shelly_gen1_em", 2): {},
    ("shellyplugsg3-1", "shelly_gen2", None): {},
    ("shellypro3em-1", "shelly_gen2", None): {"component": "em:0"},
    ("boiler", "esphome", None): {
        "energy": {"topic": "boiler/sensor/heat_total/state", "unit": "Wh"},
        "power": {"topic": "boiler/sensor/heat_power/state"},
    },
    ("zigbee2mqtt/rice cooker", "zigbee2mqtt", None): {},
    ("pv/state", "generic", None): {
        "power": {"topic": "pv/state", "path": "ac_power", "unit": "kW"}
    },
}
HOME = {
    "house": "home", "time_zone": "Asia/Tokyo", "currency": "JPY",
    "rooms": [{"room": "CHANGE_ME", "shelves": [{"shelf": "CHANGE_ME"}]}],
}  # fmt: skip


def test_every_sender_is_found_with_its_name() -> None:
    """A block that is a valid configuration as it is printed, but for rooms and shelves."""
    topics = {topic: body(content) for topic, content in TOPICS.items()}
    text = suggestion(list_devices(topics), NOTHING)
    devices = yaml.safe_load(text)["devices"]
    found = {}
    for device in devices:
        (source,) = device["sources"]
        key = (source.pop("id"), source.pop("profile"), source.pop("meter", None))
        assert source.pop("source") == "mqtt"
        found[key] = source
    assert found == {
        key: {name: value for name, value in fields.items() if name != "name"}
        for key, fields in EXPECTED.items()
    }
    names = [device["name"] for device in devices if "name" in device]
    assert {"ja": "炊飯器"} in names
    assert {"en": "Boiler"} in names
    text = text.replace("CHANGE_ME", "study")
    rooms = [{"room": "study", "shelves": [{"shelf": "study"}]}]
    Home.model_validate({**HOME, "rooms": rooms, **yaml.safe_load(text)})


@pytest.mark.parametrize(
    ("unit", "written"),
    [(None, {}), ("MWh", {"unit": "MWh"}), ("°C}: [x", {"unit": "°C}: [x"})],
)
def test_a_unit_is_written_as_it_was_announced(unit: str | None, written: dict[str, str]) -> None:
    """One that is unknown is not left out, which would be watts, and is valid YAML."""
    config = {"dev_cla": "power", "stat_t": "pv", "unit_of_meas": unit, "dev": {"name": None}}
    text = suggestion(list_devices({"homeassistant/sensor/a/config": body(config)}), NOTHING)
    (device,) = yaml.safe_load(text)["devices"]
    assert device["sources"][0]["power"] == {"topic": "pv"} | written
    assert "None" not in text


async def test_it_receives_what_is_published_meanwhile(broker: Mosquitto, tmp_path: Path) -> None:
    """Retained and live messages, with a session that leaves nothing behind."""
    await send(broker, ("zigbee2mqtt/bridge/state", "online"), retain=True)
    receiving = asyncio.create_task(receive_all(make_settings(broker, tmp_path), 1.0))
    await asyncio.sleep(0.5)
    await send(broker, ("zigbee2mqtt/lamp", ZIGBEE))
    topics = await receiving
    (device,) = list_devices(topics)
    assert (device.id, device.name) == ("zigbee2mqtt/lamp", "lamp")


async def test_a_broker_without_meters_and_no_broker(broker: Mosquitto, tmp_path: Path) -> None:
    """A hint in the first case, the reason in the second."""
    topics = await receive_all(make_settings(broker, tmp_path), 0.3)
    assert suggestion(list_devices(topics), NOTHING) == f"{NOTHING}\n"
    settings = make_settings(Mosquitto(tmp_path, free_port()), tmp_path)
    with pytest.raises(UnreachableError, match="nothing listens"):
        await receive_all(settings, 0.5)


def test_a_meter_of_thousands_of_digits_ends_no_discovery() -> None:
    """A topic or a key may be as long as a neighbour likes; no device has such a number."""
    digits = "9" * 5000
    topics = {
        f"shellies/x/relay/{digits}/power": b"1",
        "zigbee2mqtt/bridge/state": b"online",
        "zigbee2mqtt/x": body({f"power_l{digits}": 1}),
    }
    assert list_devices(topics) == []
