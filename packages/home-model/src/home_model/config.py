"""The shape of `devices.yaml`: one house, its rooms and shelves, its devices and their sources."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from home_model.metrics import FAMILY_OF_SOURCE, Family

DEFAULT_RATED_POWER_WATTS = 1500.0
DEFAULT_GAP_LIMIT_SECONDS = 600.0


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = f"'{name}' is not a time zone; write one like Asia/Tokyo"
        raise ValueError(message)
    return name


def _not_empty[T](items: tuple[T, ...]) -> tuple[T, ...]:
    # Field(min_length=1) would also report a list as empty whose only item is wrong.
    if not items:
        message = "at least one is needed"
        raise ValueError(message)
    return items


def _bare_mac(text: str) -> str:
    return text.replace(":", "").replace("-", "").upper()


type Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
type Zone = Annotated[str, AfterValidator(_known_zone)]
type Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
type Mac = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}$"),
    AfterValidator(_bare_mac),
]


type Some[T] = Annotated[tuple[T, ...], AfterValidator(_not_empty)]


class Strict(BaseModel):
    """Immutable, and an unknown key is an error: a typing mistake must not go unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Strict):
    """What people call a place or a device, by language."""

    ja: str | None = None
    en: str | None = None


class AnySource(Strict):
    """What all sources share."""

    gap_limit_seconds: float = Field(default=DEFAULT_GAP_LIMIT_SECONDS, gt=0)

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this meter from every other of its kind."""
        return (str(getattr(self, "id", "")),)


class CloudSource(AnySource):
    """A SwitchBot device read through the cloud. `channel` is for devices with two meters."""

    source: Literal["cloud"]
    id: Mac
    channel: Literal[1, 2] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Device id and channel."""
        return (self.id, str(self.channel or ""))


class BleSource(AnySource):
    """A SwitchBot device heard over Bluetooth. The model tells how its advert is read."""

    source: Literal["ble"]
    id: Mac
    model: Literal["plug_mini_us", "plug_mini_jp", "plug_mini_eu", "relay_switch_1pm"]


class NativeSource(AnySource):
    """A TP-Link device on the local network; `id` is its MAC, `outlet` counts from 0 on strips."""

    source: Literal["native"]
    id: Mac
    address: str = Field(min_length=1)
    outlet: int | None = Field(default=None, ge=0)

    @property
    def key(self) -> tuple[str, ...]:
        """MAC and outlet."""
        return (self.id, "" if self.outlet is None else str(self.outlet))


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
    """A branch circuit of a Panasonic AiSEG2 by the circuit id of its catalogue."""

    source: Literal["aiseg2"]
    id: str = Field(min_length=1)


class Esp32Source(AnySource):
    """An ESP32 board that posts its own measurements."""

    source: Literal["esp32"]
    id: str = Field(min_length=1)


type Source = Annotated[
    CloudSource | BleSource | NativeSource | MatterSource | Aiseg2Source | Esp32Source,
    Field(discriminator="source"),
]


class Device(Strict):
    """A role in the house ("server"), not a plug: the plug can be replaced, the role lives on.

    The order of `sources` is their rank: the first that measured a slot counts.
    """

    device: Id
    room: Id
    shelf: Id
    name: Name = Name()
    rated_power_watts: float = Field(default=DEFAULT_RATED_POWER_WATTS, gt=0)
    sources: Some[Source]


class Shelf(Strict):
    """A place within a room."""

    shelf: Id
    name: Name = Name()


class Room(Strict):
    """A room and its shelves."""

    room: Id
    name: Name = Name()
    shelves: Some[Shelf]


class Home(Strict):
    """The whole of `devices.yaml`."""

    house: Id
    name: Name = Name()
    time_zone: Zone
    currency: Currency
    rooms: Some[Room]
    devices: Some[Device]

    @property
    def zone(self) -> ZoneInfo:
        """The house's time zone: days, months and years are cut by it."""
        return ZoneInfo(self.time_zone)


def family_of(source: Source) -> Family:
    """The metric family that a source's readings are exposed under."""
    return FAMILY_OF_SOURCE[source.source]


def labels_of(home: Home, device: Device, source: Source) -> dict[str, str]:
    """The label set of one source of one device, from the configuration alone."""
    return {
        "house": home.house,
        "room": device.room,
        "shelf": device.shelf,
        "device": device.device,
        "source": source.source,
    }
