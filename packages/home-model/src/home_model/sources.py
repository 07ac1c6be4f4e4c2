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

type Family = Literal["switchbot", "tplink_native", "tplink_matter"]
type SourceName = Literal["cloud", "ble", "native", "matter"]


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


type Source = Annotated[
    CloudSource | BleSource | NativeSource | MatterSource, Field(discriminator="source")
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
        secrets: The environment variables of the exporter that hold secrets.
        ja: What the page calls the source in Japanese.
        en: What the page calls the source in English.
        max_power_watts: The physical limit of a meter of this source.
    """

    source: SourceName
    source_type: type[AnySource]
    family: Family
    service: str
    module: str
    k8s_app: str
    default_port: int
    secrets: tuple[str, ...] = ()
    ja: str
    en: str
    max_power_watts: float = PLUG_MAX_POWER_WATTS


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
        secrets=("TPLINK_USERNAME", "TPLINK_PASSWORD"),
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
)

SOURCE_OF_NAME: Mapping[str, SourceInfo] = {row.source: row for row in SOURCES}
SOURCE_OF_TYPE: Mapping[type[AnySource], SourceInfo] = {row.source_type: row for row in SOURCES}
FAMILIES: tuple[Family, ...] = tuple(dict.fromkeys(row.family for row in SOURCES))


def family_of(source: AnySource) -> Family:
    """Return the metric family that a source's readings are exposed under."""
    return SOURCE_OF_TYPE[type(source)].family
