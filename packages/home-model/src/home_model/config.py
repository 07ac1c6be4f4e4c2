"""The shape of `devices.yaml`: one house, its rooms and shelves, its devices and their sources."""

from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from home_model.sources import SOURCE_OF_TYPE, AnySource, Source, Strict

DEFAULT_RATED_POWER_WATTS = 1500.0


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


def _only_text(value: object) -> object:
    # Of a number pydantic would make Unix seconds.
    if isinstance(value, (str, datetime)):
        return value
    message = "write an instant with its offset, such as 2026-03-01T04:00:00+09:00"
    raise ValueError(message)


def _listed(value: object) -> object:
    """One mapping may be written without the dash of a list."""
    return [value] if isinstance(value, dict) else value


# What a device's electricity is. `grid` is one meter with two counters, bought and sold.
type Kind = Literal[
    "load", "grid", "grid_import", "grid_export", "generation", "charge", "discharge"
]

type Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
type Zone = Annotated[str, AfterValidator(_known_zone)]
type Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
type Until = Annotated[AwareDatetime, BeforeValidator(_only_text)]
type Some[T] = Annotated[tuple[T, ...], AfterValidator(_not_empty)]


class Name(Strict):
    """What people call a place or a device, by language."""

    ja: str | None = None
    en: str | None = None


class Move(Strict):
    """Where a device was until an instant; what is left out is as it is now.

    The moves of a device are in the order of time: one holds from the end of the one before it.
    """

    until: Until
    room: Id | None = None
    shelf: Id | None = None
    upstream: Id | None = None


class Was(Strict):
    """The name that a device had until an instant; what was measured under it is its own."""

    device: Id
    until: Until


class Device(Strict):
    """A role in the house ("server"), not a plug: the plug can be replaced, the role lives on.

    The order of `sources` is their rank: the first that measured a slot counts. Its electricity
    also runs through the meter `upstream`; at most one device is the `house_meter`, which all
    electricity that is used in the house runs through.
    """

    device: Id
    room: Id
    shelf: Id
    name: Name = Name()
    rated_power_watts: float = Field(default=DEFAULT_RATED_POWER_WATTS, gt=0)
    # The most that a single rise of the counter may come to; by default that of the source.
    max_power_watts: float | None = Field(default=None, gt=0)
    kind: Kind = "load"
    upstream: Id | None = None
    house_meter: bool = False
    moves: tuple[Move, ...] = ()
    was: Annotated[tuple[Was, ...], BeforeValidator(_listed)] = ()
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

    @cached_property
    def zone(self) -> ZoneInfo:
        """The house's time zone: days, months and years are cut by it."""
        return ZoneInfo(self.time_zone)


def labels_of(home: Home, device: Device, source: AnySource) -> dict[str, str]:
    """Return the label set of one source of one device, from the configuration alone."""
    return {
        "house": home.house,
        "room": device.room,
        "shelf": device.shelf,
        "device": device.device,
        "source": SOURCE_OF_TYPE[type(source)].source,
    }
