"""The sources: one configuration class each, and the one table of what else differs between them.

Everything that lists sources is derived from `SOURCES` or checked against it
(`tests/test_vendors.py`). A new source is a class, its place in `Source`, and a row in `SOURCES`;
see docs/add-a-vendor.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

DEFAULT_GAP_LIMIT_SECONDS = 600.0
# More than any plug or circuit can carry: a reading beyond is wrong, whatever the device's rating.
PLUG_MAX_POWER_WATTS = 4_000.0
CIRCUIT_MAX_POWER_WATTS = 25_000.0

type Family = Literal[
    "switchbot", "tplink_native", "tplink_matter", "aiseg2", "shelly", "mqtt", "esp32"
]
type SourceName = Literal["cloud", "ble", "native", "matter", "aiseg2", "shelly", "mqtt", "esp32"]


def _bare_mac(text: str) -> str:
    return text.replace(":", "").replace("-", "").upper()


type Mac = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}$"),
    AfterValidator(_bare_mac),
]


class Strict(BaseModel):
    """Immutable, and an unknown key is an error: a typing mistake must not go unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnySource(Strict):
    """What all sources share."""

    gap_limit_seconds: float = Field(default=DEFAULT_GAP_LIMIT_SECONDS, gt=0)

    @property
    def key(self) -> tuple[str, ...]:
        """The identity of this meter among all of its source."""
        return (str(getattr(self, "id", "")),)

    @property
    def read_together(self) -> str:
        """What one question reads with this meter: the id of what has several; else empty."""
        number = getattr(self, "meter", getattr(self, "endpoint", None))
        return "" if number is None else str(getattr(self, "id", ""))


class CloudSource(AnySource):
    """A SwitchBot device read through the cloud; `meter` only on devices with two, from 1."""

    source: Literal["cloud"]
    id: Mac
    meter: Literal[1, 2] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Device id and meter."""
        return (self.id, str(self.meter or ""))


class BleSource(AnySource):
    """A SwitchBot device received over Bluetooth; the model decides how its advert is parsed."""

    source: Literal["ble"]
    id: Mac
    model: Literal["plug_mini_us", "plug_mini_jp", "plug_mini_eu", "relay_switch_1pm"]


class NativeSource(AnySource):
    """A TP-Link device on the local network; `id` is its MAC, `meter` the outlet of a strip."""

    source: Literal["native"]
    id: Mac
    address: str = Field(min_length=1)
    meter: int | None = Field(default=None, ge=1)

    @property
    def key(self) -> tuple[str, ...]:
        """MAC and meter."""
        return (self.id, str(self.meter or ""))


class MatterSource(AnySource):
    """A Matter device by serial number; `endpoint` only where one node has several meters."""

    source: Literal["matter"]
    id: str = Field(min_length=1)
    endpoint: int | None = Field(default=None, ge=0)

    @property
    def key(self) -> tuple[str, ...]:
        """Serial number and endpoint."""
        return (self.id, "" if self.endpoint is None else str(self.endpoint))


class Aiseg2Source(AnySource):
    """A meter of a Panasonic AiSEG2: a circuit by its number in the unit's list, or by name.

    `use` is the house's meter, `bought` and `sold` the grid, `generation` all generators together,
    `generator_1` to `generator_3` each of them, `battery_charge` and `battery_discharge` a battery.
    """

    source: Literal["aiseg2"]
    id: str = Field(
        pattern=r"^(\d{1,3}|use|bought|sold|generation|generator_[123]|heat_pump"
        r"|battery_(dis)?charge)$"
    )

    @property
    def read_together(self) -> str:
        """All that the one unit measures."""
        return "aiseg2"


class ShellySource(AnySource):
    """A Shelly of the second generation or later on the local network; `id` is its MAC.

    `meter` is needed where the device has several. `phases: netted` is for a device that measures
    three phases together (`em`), where the utility's meter sets what one phase feeds back off
    against what another draws.
    """

    source: Literal["shelly"]
    id: Mac
    address: str = Field(pattern=r"^[^\s/@?#]+$")
    meter: int | None = Field(default=None, ge=1)
    phases: Literal["netted"] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """MAC and meter."""
        return (self.id, str(self.meter or ""))


type Topic = Annotated[str, StringConstraints(pattern=r"^[^#\x00]+$", max_length=1024)]
# Keys and indexes of JSON: `ENERGY.Power[0]`; a key with a dot is in quotes: `SML."1.7.0"`.
type JsonPath = Annotated[
    str,
    StringConstraints(
        pattern=r'^([^.\[\]"]+|"[^"]+")(\[\d+\])*(\.([^.\[\]"]+|"[^"]+")(\[\d+\])*)*$'
    ),
]
type MqttProfile = Literal[
    "zigbee2mqtt",
    "tasmota",
    "esphome",
    "shelly_gen1",
    "shelly_gen1_em",
    "shelly_gen2",
    "generic",
]
type PowerUnit = Literal["W", "kW", "mW"]
type EnergyUnit = Literal["kWh", "Wh", "mWh", "Wmin"]


class MqttValue(Strict):
    """Where the messages of a device have a quantity.

    Without a topic it is in the profile's own message; without a path the payload is the number.
    `factor` is for what no unit expresses, such as a current clamp of another ratio.
    """

    topic: Topic | None = None
    path: JsonPath | None = None
    factor: float = Field(default=1.0, allow_inf_nan=False)


class MqttPower(MqttValue):
    """Watts, unless another unit is written."""

    unit: PowerUnit = "W"


class MqttEnergy(MqttValue):
    """Kilowatt-hours, unless another unit is written; `Wmin` are watt-minutes."""

    unit: EnergyUnit = "kWh"


class MqttAvailability(Strict):
    """The topic that says whether a device is there, mostly set by its last will."""

    topic: Topic
    path: JsonPath | None = None
    online: str = "online"
    offline: str = "offline"


class MqttTime(Strict):
    """Where a message has the time of its values; `local` is without offset, by `time_zone`."""

    path: JsonPath
    form: Literal["unix_seconds", "unix_milliseconds", "iso", "local"]


class MqttSource(AnySource):
    """A device that a broker has messages of; `id` is the topic that all of them begin with.

    `profile` is what sends them; docs/mqtt.md has what each profile reads. A quantity that is
    written here takes the place of the profile's.

    Attributes:
        meter: Which of the device's meters, from 1: the list's element (Tasmota), the suffix `_l1`
            (Zigbee2MQTT), the relay or clamp (Shelly).
        component: Of a Shelly of the second generation or later, where it is not the switch.
        full_topic: Of a Tasmota, as its FullTopic.
        bridge: The base topic of Zigbee2MQTT, where it has a slash.
        time_zone: Of a device whose time has no offset; without it that time is not used.
        max_age_seconds: A reading counts for so long; the profile has a default.
        influxdb_source: The tag `source` in InfluxDB; by default the id.
    """

    allows_patterns: ClassVar[bool] = False

    source: Literal["mqtt"]
    id: Topic
    profile: MqttProfile
    meter: int | None = Field(default=None, ge=1)
    component: str | None = Field(default=None, pattern=r"^(switch|pm1|cover|light|em1|em):\d+$")
    full_topic: Annotated[Topic, Field(pattern="%topic%")] = "%prefix%/%topic%/"
    bridge: Topic | None = None
    power: MqttPower | None = None
    energy: MqttEnergy | None = None
    energy_today: MqttEnergy | None = None
    energy_exported: MqttEnergy | None = None
    voltage: MqttValue | None = None
    current: MqttValue | None = None
    availability: MqttAvailability | None = None
    time: MqttTime | None = None
    time_zone: str | None = None
    max_age_seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    influxdb_source: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Id, meter, and where the power is: several meters of one node differ in that alone."""
        power = self.power or MqttPower()
        where = (self.component, power.topic, power.path)
        return (self.id, str(self.meter or ""), *(part for part in where if part))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that is written in the configuration, the id first."""
        values = (self.power, self.energy, self.energy_today, self.energy_exported)
        written = (*values, self.voltage, self.current, self.availability)
        return (self.id, *(each.topic for each in written if each and each.topic))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.allows_patterns and any("+" in topic for topic in self.topics):
            message = "a device has topics of its own, without `+`"
            raise ValueError(message)
        if self.profile == "generic" and not (self.power or self.energy or self.energy_today):
            message = "the profile generic needs `power` or `energy`"
            raise ValueError(message)
        if self.time_zone is not None:
            try:
                ZoneInfo(self.time_zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                message = f"{self.time_zone!r} is no time zone, such as Asia/Tokyo"
                raise ValueError(message) from None
        return self


class Esp32Source(AnySource):
    """A board that sends what it measures to the service `measurements`; `id` is its deviceId."""

    source: Literal["esp32"]
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")


type Source = Annotated[
    CloudSource
    | BleSource
    | NativeSource
    | MatterSource
    | Aiseg2Source
    | ShellySource
    | MqttSource
    | Esp32Source,
    Field(discriminator="source"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """One row of the table of sources.

    Attributes:
        source: The word in `devices.yaml` and in the label `source`.
        source_type: Its configuration class.
        family: What its metrics' names begin with.
        service: The exporter: distribution, folder under `services/`, image.
        module: The exporter's Python package.
        k8s_app: The folder under `k8s/apps/`, which is the Argo CD application.
        default_port: Where the exporter listens unless LISTEN_PORT is set.
        secrets: The environment variables of the exporter that hold secrets: all or none are set.
        optional_secrets: Further ones, each of which may be set or not.
        compose_service: Its name in `compose.yaml`, where it is not the service's.
        ja: What the page calls the source in Japanese.
        en: What the page calls the source in English.
        max_power_watts: The physical limit of a meter of this source.
        is_pushed: The service is no exporter of the kit: devices send to it, and it passes what
            they measured on to VictoriaMetrics, energy as a counter made from their watts. Its
            /metrics has only whether they are up.
        writes_past: The exporter writes energy of the past into VictoriaMetrics.
    """

    source: SourceName
    source_type: type[AnySource]
    family: Family
    service: str
    module: str
    k8s_app: str
    default_port: int
    secrets: tuple[str, ...] = ()
    optional_secrets: tuple[str, ...] = ()
    compose_service: str = ""
    ja: str
    en: str
    max_power_watts: float = PLUG_MAX_POWER_WATTS
    is_pushed: bool = False
    writes_past: bool = False

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """Return every variable that holds a secret."""
        return self.secrets + self.optional_secrets

    @property
    def port_variable(self) -> str:
        """Return the variable by which `make up` chooses the port of the exporter."""
        # The port of such a service itself is where devices send to.
        suffix = "METRICS_PORT" if self.is_pushed else "PORT"
        return f"{self.service.replace('-', '_').upper()}_{suffix}"

    @property
    def compose_name(self) -> str:
        """Return the name that other services of `compose.yaml` reach it by."""
        return self.compose_service or self.service


SOURCES: tuple[SourceInfo, ...] = (
    SourceInfo(
        source="cloud",
        source_type=CloudSource,
        family="switchbot",
        service="switchbot-exporter",
        module="switchbot_exporter",
        k8s_app="switchbot-cloud",
        default_port=9101,
        secrets=("SWITCHBOT_TOKEN", "SWITCHBOT_SECRET"),
        ja="SwitchBotクラウド",
        en="SwitchBot cloud",
    ),
    SourceInfo(
        source="ble",
        source_type=BleSource,
        family="switchbot",
        service="switchbot-exporter",
        module="switchbot_exporter",
        k8s_app="switchbot-ble",
        default_port=9101,
        ja="Bluetooth",
        en="Bluetooth",
    ),
    SourceInfo(
        source="native",
        source_type=NativeSource,
        family="tplink_native",
        service="tp-link-native-exporter",
        module="tp_link_native_exporter",
        k8s_app="tp-link-native",
        default_port=9102,
        secrets=("TP_LINK_USERNAME", "TP_LINK_PASSWORD"),
        ja="TP-Link(ローカル)",
        en="TP-Link, local",
    ),
    SourceInfo(
        source="matter",
        source_type=MatterSource,
        family="tplink_matter",
        service="tp-link-matter-exporter",
        module="tp_link_matter_exporter",
        k8s_app="tp-link-matter",
        default_port=9103,
        ja="Matter",
        en="Matter",
    ),
    SourceInfo(
        source="aiseg2",
        source_type=Aiseg2Source,
        family="aiseg2",
        service="aiseg2-exporter",
        module="aiseg2_exporter",
        k8s_app="aiseg2",
        default_port=9104,
        secrets=("AISEG2_PASSWORD",),
        optional_secrets=("INFLUXDB_TOKEN", "INFLUXDB_PASSWORD"),
        compose_service="aiseg2-forwarder",
        ja="AiSEG2",
        en="AiSEG2",
        max_power_watts=CIRCUIT_MAX_POWER_WATTS,
        writes_past=True,
    ),
    SourceInfo(
        source="shelly",
        source_type=ShellySource,
        family="shelly",
        service="shelly-exporter",
        module="shelly_exporter",
        k8s_app="shelly",
        default_port=9105,
        secrets=("SHELLY_PASSWORD",),
        ja="Shelly",
        en="Shelly",
        max_power_watts=CIRCUIT_MAX_POWER_WATTS,
    ),
    SourceInfo(
        source="mqtt",
        source_type=MqttSource,
        family="mqtt",
        service="mqtt-gateway",
        module="mqtt_gateway",
        k8s_app="mqtt",
        default_port=9106,
        secrets=("MQTT_PASSWORD",),
        optional_secrets=("INFLUXDB_TOKEN", "INFLUXDB_PASSWORD"),
        ja="MQTT",
        en="MQTT",
        max_power_watts=CIRCUIT_MAX_POWER_WATTS,
    ),
    SourceInfo(
        source="esp32",
        source_type=Esp32Source,
        family="esp32",
        service="measurements",
        module="measurements",
        k8s_app="measurements",
        default_port=9107,
        is_pushed=True,
        ja="ESP32ボード",
        en="ESP32 board",
    ),
)

SOURCE_OF_NAME: Mapping[str, SourceInfo] = {row.source: row for row in SOURCES}
SOURCE_OF_TYPE: Mapping[type[AnySource], SourceInfo] = {row.source_type: row for row in SOURCES}
FAMILIES: tuple[Family, ...] = tuple(dict.fromkeys(row.family for row in SOURCES))
# Their devices send what they measured: late, and without a counter.
PUSHED_SOURCES: frozenset[str] = frozenset(row.source for row in SOURCES if row.is_pushed)
PUSHED_FAMILIES: frozenset[Family] = frozenset(row.family for row in SOURCES if row.is_pushed)


def family_of(source: AnySource) -> Family:
    """Return the metric family that a source's readings are exposed under."""
    return SOURCE_OF_TYPE[type(source)].family
