"""Which devices the messages of a broker are of, with their names. Pure.

Names and units come from the discovery messages that senders publish for Home Assistant
(`homeassistant/sensor/…/config`, with or without its abbreviations) and from Tasmota's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mqtt_gateway.profiles import PARTS_OF_UNIT
from service_kit.suggestion import FoundDevice, quoted

SOURCE = "mqtt"
ABBREVIATIONS = {
    "stat_t": "state_topic",
    "unit_of_meas": "unit_of_measurement",
    "dev_cla": "device_class",
    "val_tpl": "value_template",
    "dev": "device",
}
DEVICE_CLASSES = ("power", "energy", "voltage", "current")
TEMPLATE = re.compile(r"value_json(?:\.([\w.]+)|\[['\"]([^'\"]+)['\"]\])")
GEN1 = re.compile(r"(.+)/(relay|emeter)/(\d{1,3})/power")
GEN2_STATUS = re.compile(r"(.+)/status/((switch|pm1|cover|light|em1|em):\d+)")
GEN2_RPC = re.compile(r"(.+)/events/rpc")
ESPHOME = re.compile(r"(.+)/sensor/([^/]+)/state")
GEN2_POWER = ("apower", "act_power", "total_act_power")
ZIGBEE_POWER = re.compile(r"power(?:_l(\d{1,3}))?")
UNITS = frozenset({*PARTS_OF_UNIT, "kW"})
DEFAULT_FULL_TOPIC = "%prefix%/%topic%/"

type Topics = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Announced:
    """One sensor, as its sender announces it to Home Assistant."""

    topic: str
    path: str
    device_class: str
    unit: str
    device_name: str


def list_devices(topics: Topics) -> list[FoundDevice]:
    """Return what the latest messages of all topics are of, each device once."""
    announced = [each for topic, body in topics.items() for each in _announced(topic, _json(body))]
    found = [
        *_tasmotas(topics),
        *_shellies_gen1(topics),
        *_shellies_gen2(topics),
        *_esphomes(topics, announced),
        *_zigbees(topics, announced),
    ]
    ids = tuple(f"{device.id}/" for device in found)
    rest = [each for each in announced if not f"{each.topic}/".startswith(ids)]
    return [*found, *_generic(rest)]


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON it is
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _announced(topic: str, config: object) -> Iterator[Announced]:
    if not topic.startswith("homeassistant/sensor/") or not isinstance(config, dict):
        return
    full = {ABBREVIATIONS.get(key, key): value for key, value in config.items()}
    state_topic = str(full.get("state_topic", "")).replace("~", str(full.get("~", "")))
    if full.get("device_class") not in DEVICE_CLASSES or not state_topic:
        return
    device = full.get("device")
    path = TEMPLATE.search(str(full.get("value_template", "")))
    yield Announced(
        state_topic,
        (path[1] or path[2]) if path else "",
        str(full["device_class"]),
        str(full.get("unit_of_measurement") or ""),
        str(device.get("name") or "") if isinstance(device, dict) else "",
    )


def _meters(count: int) -> Mapping[int, str]:
    return dict.fromkeys(range(1, count + 1), "")


def _tasmotas(topics: Topics) -> Iterator[FoundDevice]:
    names = _tasmota_names(topics)
    for topic, body in topics.items():
        levels = topic.split("/")
        document = _json(body)
        energy = document.get("ENERGY") if isinstance(document, dict) else None
        if levels[-1] != "SENSOR" or "tele" not in levels or not isinstance(energy, dict):
            continue
        rest = [level for level in levels[:-1] if level != "tele"]
        name = rest[-1] if rest else ""
        words = {"tele": "%prefix%", name: "%topic%"}
        full_topic = "/".join(words.get(level, level) for level in levels[:-1]) + "/"
        settings = {"profile": "tasmota"}
        if full_topic != DEFAULT_FULL_TOPIC:
            settings["full_topic"] = quoted(full_topic)
        power = energy.get("Power")
        count = len(power) if isinstance(power, list) else 1
        yield FoundDevice(
            SOURCE, "", name, "Tasmota", names.get(name, name), _meters(count), settings=settings
        )


def _tasmota_names(topics: Topics) -> Mapping[str, str]:
    configs = [
        _json(body)
        for topic, body in topics.items()
        if topic.startswith("tasmota/discovery/") and topic.endswith("/config")
    ]
    return {
        str(c["t"]): str(c["dn"])
        for c in configs
        if isinstance(c, dict) and {"t", "dn"} <= c.keys()
    }


def _shellies_gen1(topics: Topics) -> Iterator[FoundDevice]:
    meters: dict[tuple[str, str], set[int]] = {}
    for topic in topics:
        if match := GEN1.fullmatch(topic):
            meters.setdefault((match[1], match[2]), set()).add(int(match[3]) + 1)
    for (base, kind), numbers in meters.items():
        profile = "shelly_gen1" if kind == "relay" else "shelly_gen1_em"
        named = dict.fromkeys(sorted(numbers), "")
        name = base.rsplit("/", 1)[-1]
        yield FoundDevice(
            SOURCE, "", base, "Shelly, first generation", name, named, settings={"profile": profile}
        )


def _shellies_gen2(topics: Topics) -> Iterator[FoundDevice]:
    found: dict[tuple[str, str], None] = {}
    for topic, body in topics.items():
        document = _json(body)
        if not isinstance(document, dict):
            continue
        if match := GEN2_STATUS.fullmatch(topic):
            components = {match[2]: document}
            base = match[1]
        elif match := GEN2_RPC.fullmatch(topic):
            params = document.get("params")
            components, base = params if isinstance(params, dict) else {}, match[1]
        else:
            continue
        for component, fields in components.items():
            if isinstance(fields, dict) and any(word in fields for word in GEN2_POWER):
                found[base, component] = None
    for base, component in sorted(found):
        settings = {"profile": "shelly_gen2"}
        if component != "switch:0":
            settings["component"] = quoted(component)
        yield FoundDevice(SOURCE, "", base, "Shelly", base, _meters(1), settings=settings)


def _esphomes(topics: Topics, announced: Sequence[Announced]) -> Iterator[FoundDevice]:
    by_topic = {each.topic: each for each in announced}
    sensors: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for topic in topics:
        if not (match := ESPHOME.fullmatch(topic)):
            continue
        known = by_topic.get(topic)
        quantity = known.device_class if known else _quantity_of(match[2])
        if quantity:
            unit = known.unit if known else ""
            sensors.setdefault(match[1], {}).setdefault(quantity, _value(topic, "", quantity, unit))
        if known and known.device_name:
            names[match[1]] = known.device_name
    for base, values in sensors.items():
        if {"power", "energy"} & values.keys():
            settings = {"profile": "esphome", **values}
            name = names.get(base, base)
            yield FoundDevice(SOURCE, "", base, "ESPHome", name, _meters(1), settings=settings)


def _quantity_of(object_id: str) -> str:
    return next((word for word in DEVICE_CLASSES if word in object_id), "")


def _value(topic: str, path: str, quantity: str, unit: str) -> str:
    parts = {"topic": quoted(topic)}
    if path:
        parts["path"] = quoted(path)
    if quantity in {"power", "energy"} and unit:
        # One that the configuration does not have is refused there, and not guessed at here.
        parts["unit"] = unit if unit in UNITS else quoted(unit)
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"


def _zigbees(topics: Topics, announced: Sequence[Announced]) -> Iterator[FoundDevice]:
    names = {each.topic: each.device_name for each in announced}
    bases = {
        topic.removesuffix("/bridge/state") for topic in topics if topic.endswith("/bridge/state")
    }
    for topic, body in topics.items():
        base = next((each for each in bases if topic.startswith(f"{each}/")), None)
        document = _json(body)
        if base is None or topic.startswith(f"{base}/bridge/") or not isinstance(document, dict):
            continue
        meters = sorted(int(m[1] or 0) for key in document if (m := ZIGBEE_POWER.fullmatch(key)))
        if not meters:
            continue
        settings = {"profile": "zigbee2mqtt"}
        if "/" in base:
            settings["bridge"] = quoted(base)
        several = [number for number in meters if number]
        yield FoundDevice(
            SOURCE, "", topic, "Zigbee2MQTT",
            names.get(topic) or topic.removeprefix(f"{base}/"),
            dict.fromkeys(several, "") if len(several) > 1 else _meters(1),
            settings=settings,
        )  # fmt: skip


def _generic(announced: Sequence[Announced]) -> Iterator[FoundDevice]:
    """Yield what is only known from its announcements; the first of each quantity counts."""
    devices: dict[str, dict[str, Announced]] = {}
    for each in announced:
        key = each.device_name or each.topic
        devices.setdefault(key, {}).setdefault(each.device_class, each)
    for name, sensors in devices.items():
        if not {"power", "energy"} & sensors.keys():
            continue
        values = {q: _value(s.topic, s.path, q, s.unit) for q, s in sensors.items()}
        first = next(iter(sensors.values()))
        settings = {"profile": "generic", **values}
        yield FoundDevice(
            SOURCE, "", first.topic, "announced to Home Assistant", name, _meters(1),
            settings=settings,
        )  # fmt: skip
