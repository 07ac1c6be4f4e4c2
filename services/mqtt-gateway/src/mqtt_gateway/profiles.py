"""Which topics and paths have what, for each profile. Pure.

Facts of each sender are in docs/mqtt.md. Several entries of one quantity are alternatives: the
topics are different, or the first path that a message has counts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from home_model.sources import MqttAvailability, MqttSource, MqttValue

type Quantity = Literal["power", "energy", "energy_today", "energy_exported", "voltage", "current"]

QUANTITIES: tuple[Quantity, ...] = (
    "power", "energy", "energy_today", "energy_exported", "voltage", "current",
)  # fmt: skip
# How many of it are one watt or one kilowatt-hour. Whole numbers, so that 46791 Wh are 46.791 kWh.
PARTS_OF_UNIT = {"W": 1, "mW": 1_000, "kWh": 1, "Wh": 1_000, "mWh": 1_000_000, "Wmin": 60_000}
WATTS_OF_KW = 1_000.0
DEFAULT_MAX_AGE_SECONDS: Mapping[str, float] = {
    "zigbee2mqtt": 600.0,
    "tasmota": 660.0,  # twice its TelePeriod of 300 s, and a minute
    "esphome": 180.0,
    "shelly_gen1": 90.0,
    "shelly_gen1_em": 90.0,
    "shelly_gen2": 180.0,  # its energy comes each minute, its power when it changes
    "generic": 300.0,
}


@dataclass(frozen=True, slots=True)
class Value:
    """Where one quantity is.

    Attributes:
        path: Into JSON; empty: the payload is the number.
        parts: How many of the message's unit are one of ours.
        factor: By which the number is multiplied besides.
        is_strict: Whether another shape than a number is an error; else the value is absent.
        null: The number that stands for none.
    """

    quantity: Quantity
    topic: str
    path: str = ""
    parts: int = 1
    factor: float = 1.0
    is_strict: bool = True
    null: float | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """Where it is reported whether the device, or the bridge in front of it, is there."""

    topic: str
    path: str
    online: str
    offline: str


@dataclass(frozen=True, slots=True)
class Time:
    """Where the messages of a topic have their time."""

    topic: str
    path: str
    form: str


@dataclass(frozen=True, slots=True)
class Spec:
    """All that is read of one device.

    Attributes:
        overlays: Whether a message has only what changed, so that each confirms all values.
    """

    values: tuple[Value, ...]
    availability: tuple[Availability, ...]
    times: tuple[Time, ...] = ()
    overlays: bool = False

    @property
    def topics(self) -> frozenset[str]:
        """Return every topic."""
        of_values = {value.topic for value in self.values}
        return frozenset(of_values | {each.topic for each in self.availability})


def max_age_seconds(source: MqttSource) -> float:
    """Return how long a reading of a source counts."""
    return source.max_age_seconds or DEFAULT_MAX_AGE_SECONDS[source.profile]


def make_spec(source: MqttSource) -> Spec:
    """Return what is read of a source: that of its profile, changed by what it has itself."""
    spec = PROFILES[source.profile](source)
    main_topic = next((value.topic for value in spec.values), source.id)
    own = {q: value for q in QUANTITIES if (value := getattr(source, q)) is not None}
    values = (
        *(value for value in spec.values if value.quantity not in own),
        *(_own_value(quantity, value, main_topic) for quantity, value in own.items()),
    )
    availability = spec.availability
    if source.availability:
        availability = (_own_availability(source.availability),)
    times = spec.times
    if source.time:
        topics = dict.fromkeys(value.topic for value in values if value.path)
        times = tuple(Time(topic, source.time.path, source.time.form) for topic in topics)
    return Spec(values, availability, times, spec.overlays)


def _own_value(quantity: Quantity, value: MqttValue, main_topic: str) -> Value:
    unit = getattr(value, "unit", None)
    factor = value.factor * WATTS_OF_KW if unit == "kW" else value.factor
    parts = PARTS_OF_UNIT.get(unit or "", 1)
    return Value(quantity, value.topic or main_topic, value.path or "", parts, factor)


def _own_availability(own: MqttAvailability) -> Availability:
    return Availability(own.topic, own.path or "", own.online, own.offline)


def _zigbee2mqtt(source: MqttSource) -> Spec:
    """JSON with all that is known, or a topic for each (output mode `attribute`)."""
    suffix = f"_l{source.meter}" if source.meter else ""
    words: Mapping[Quantity, str] = {
        "power": "power",
        "energy": "energy",
        "energy_exported": "produced_energy",
        "voltage": "voltage",
        "current": "current",
    }
    keys = {quantity: f"{word}{suffix}" for quantity, word in words.items()}
    bridge = source.bridge or source.id.split("/", 1)[0]
    return Spec(
        (
            *(Value(quantity, source.id, key) for quantity, key in keys.items()),
            *(Value(quantity, f"{source.id}/{key}") for quantity, key in keys.items()),
        ),
        # JSON since 2.0, plain before.
        tuple(
            Availability(topic, "state", "online", "offline")
            for topic in (f"{source.id}/availability", f"{bridge}/bridge/state")
        ),
        (Time(source.id, "last_seen", "iso"),),
    )


def _tasmota(source: MqttSource) -> Spec:
    def topic(prefix: str, name: str) -> str:
        base = source.full_topic.replace("%prefix%", prefix).replace("%topic%", source.id)
        return f"{base.rstrip('/')}/{name}"

    sensor = topic("tele", "SENSOR")
    places = (
        (sensor, "ENERGY."),
        (topic("tele", "ENERGY"), ""),  # older firmware
        # What it answers to `Status 8` and `Status 10`.
        *((topic("stat", f"STATUS{number}"), "StatusSNS.ENERGY.") for number in (8, 10)),
    )
    values = (value for place in places for value in _tasmota_values(*place, source.meter))
    times = (
        (Time(sensor, "Time", "local"), Time(topic("tele", "ENERGY"), "Time", "local"))
        if source.time_zone
        else ()
    )
    availability = Availability(topic("tele", "LWT"), "", "Online", "Offline")
    return Spec(tuple(values), (availability,), times)


def _tasmota_values(topic: str, before: str, meter: int | None) -> Iterator[Value]:
    """Yield the values of one message: of several channels some are lists, others one number."""
    index = f"[{meter - 1}]" if meter else ""
    yield Value("power", topic, f"{before}Power{index}")
    yield Value("energy", topic, f"{before}Total{index}", is_strict=not meter)
    yield Value("current", topic, f"{before}Current{index}", is_strict=not meter)
    yield Value("voltage", topic, f"{before}Voltage{index}", is_strict=False)
    if meter:
        yield Value("voltage", topic, f"{before}Voltage", is_strict=False)


def _esphome(source: MqttSource) -> Spec:
    def topic(name: str) -> str:
        return f"{source.id}/sensor/{name}/state"

    words: tuple[Quantity, ...] = ("power", "energy", "voltage", "current")
    return Spec(
        tuple(Value(word, topic(word)) for word in words),
        (Availability(f"{source.id}/status", "", "online", "offline"),),
    )


def _shelly_gen1(source: MqttSource) -> Spec:
    """A relay's energy is in watt-minutes since power-up."""
    relay = f"{source.id}/relay/{(source.meter or 1) - 1}"
    return Spec(
        (
            Value("power", f"{relay}/power"),
            Value("energy", f"{relay}/energy", parts=PARTS_OF_UNIT["Wmin"]),
        ),
        (_shelly_online(source),),
    )


def _shelly_gen1_em(source: MqttSource) -> Spec:
    """A clamp's totals are in watt-hours and kept; its `energy` is only a difference.

    After a restart they are -1 until it has read them.
    """
    meter = f"{source.id}/emeter/{(source.meter or 1) - 1}"
    parts = PARTS_OF_UNIT["Wh"]
    return Spec(
        (
            Value("power", f"{meter}/power"),
            Value("energy", f"{meter}/total", parts=parts, null=-1.0),
            Value("energy_exported", f"{meter}/total_returned", parts=parts, null=-1.0),
            Value("voltage", f"{meter}/voltage"),
            Value("current", f"{meter}/current"),
        ),
        (_shelly_online(source),),
    )


def _shelly_gen2(source: MqttSource) -> Spec:
    """The whole component, or what changed of it, which is the default."""
    component = source.component or f"switch:{(source.meter or 1) - 1}"
    component_type, _, number = component.partition(":")
    make, data_type = SHELLY_COMPONENTS.get(component_type, (_switch_values, component_type))
    data = f"{data_type}:{number}"
    places = (
        (f"{source.id}/status/{component}", f"{source.id}/status/{data}", "", ""),
        (f"{source.id}/events/rpc",) * 2 + (f"params.{component}.", f"params.{data}."),
    )
    return Spec(
        tuple(value for place in places for value in make(*place)),
        (_shelly_online(source),),
        (Time(f"{source.id}/events/rpc", "params.ts", "unix_seconds"),),
        overlays=True,
    )


def _switch_values(topic: str, _: str, before: str, __: str) -> Iterator[Value]:
    parts = PARTS_OF_UNIT["Wh"]
    yield Value("power", topic, f"{before}apower")
    yield Value("energy", topic, f"{before}aenergy.total", parts)
    yield Value("energy_exported", topic, f"{before}ret_aenergy.total", parts)
    yield Value("voltage", topic, f"{before}voltage")
    yield Value("current", topic, f"{before}current")


def _em1_values(topic: str, data: str, before: str, before_data: str) -> Iterator[Value]:
    parts = PARTS_OF_UNIT["Wh"]
    yield Value("power", topic, f"{before}act_power")
    yield Value("voltage", topic, f"{before}voltage")
    yield Value("current", topic, f"{before}current")
    yield Value("energy", data, f"{before_data}total_act_energy", parts)
    yield Value("energy_exported", data, f"{before_data}total_act_ret_energy", parts)


def _em_values(topic: str, data: str, before: str, before_data: str) -> Iterator[Value]:
    parts = PARTS_OF_UNIT["Wh"]
    yield Value("power", topic, f"{before}total_act_power")
    yield Value("energy", data, f"{before_data}total_act", parts)
    yield Value("energy_exported", data, f"{before_data}total_act_ret", parts)


# An energy meter has its counters in a component of their own.
SHELLY_COMPONENTS = {"em": (_em_values, "emdata"), "em1": (_em1_values, "em1data")}


def _shelly_online(source: MqttSource) -> Availability:
    return Availability(f"{source.id}/online", "", "true", "false")


def _generic(_: MqttSource) -> Spec:
    return Spec((), ())


PROFILES: Mapping[str, Callable[[MqttSource], Spec]] = {
    "zigbee2mqtt": _zigbee2mqtt,
    "tasmota": _tasmota,
    "esphome": _esphome,
    "shelly_gen1": _shelly_gen1,
    "shelly_gen1_em": _shelly_gen1_em,
    "shelly_gen2": _shelly_gen2,
    "generic": _generic,
}
