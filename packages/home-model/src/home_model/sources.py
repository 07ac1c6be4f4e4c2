"""The sources: one configuration class each, and the one table of what else differs between them.

Everything that lists sources is derived from `SOURCES` or checked against it
(`tests/test_vendors.py`). A new source is a class, its place in `Source`, and a row in `SOURCES`;
see docs/add-a-vendor.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

DEFAULT_GAP_LIMIT_SECONDS = 600.0
# More than any plug or circuit can carry: a reading beyond is wrong, whatever the device's rating.
PLUG_MAX_POWER_WATTS = 4_000.0
CIRCUIT_MAX_POWER_WATTS = 25_000.0

type Family = Literal["switchbot", "tplink_native", "tplink_matter", "aiseg2", "shelly", "esp32"]
type SourceName = Literal["cloud", "ble", "native", "matter", "aiseg2", "shelly", "esp32"]


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
    `generator_1` to `generator_3` each of them.
    """

    source: Literal["aiseg2"]
    id: str = Field(pattern=r"^(\d{1,3}|use|bought|sold|generation|generator_[123]|heat_pump)$")


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
            they measured on to VictoriaMetrics. Its /metrics has only whether they are up.
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
        source="esp32",
        source_type=Esp32Source,
        family="esp32",
        service="measurements",
        module="measurements",
        k8s_app="measurements",
        default_port=9106,
        is_pushed=True,
        ja="ESP32ボード",
        en="ESP32 board",
    ),
)

SOURCE_OF_NAME: Mapping[str, SourceInfo] = {row.source: row for row in SOURCES}
SOURCE_OF_TYPE: Mapping[type[AnySource], SourceInfo] = {row.source_type: row for row in SOURCES}
FAMILIES: tuple[Family, ...] = tuple(dict.fromkeys(row.family for row in SOURCES))


def family_of(source: AnySource) -> Family:
    """Return the metric family that a source's readings are exposed under."""
    return SOURCE_OF_TYPE[type(source)].family
