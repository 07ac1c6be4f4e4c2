"""What an exporter reads: the sources of its types, each with the device it measures."""

from collections.abc import Mapping
from dataclasses import dataclass

from home_model.config import Device, Home, labels_of
from home_model.sources import SOURCE_OF_TYPE, AnySource, Family, family_of

type Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Target[S: AnySource]:
    """One source of one device. A reader is given only the `source`."""

    device: Device
    source: S
    family: Family
    labels: Mapping[str, str]

    @property
    def key(self) -> Key:
        """(device, source): what a counter belongs to, whichever plug is in place."""
        return (self.labels["device"], self.labels["source"])

    @property
    def meter(self) -> str:
        """The identity of the meter itself: a replaced plug has another."""
        return "/".join(self.source.key)

    def __str__(self) -> str:
        """Return the form the log uses."""
        return "/".join(self.key)


def select_targets[S: AnySource](home: Home, source_type: type[S]) -> tuple[Target[S], ...]:
    """Return the targets of one type of source, in configuration order."""
    return tuple(
        Target(device, source, family_of(source), labels_of(home, device, source))
        for device in home.devices
        for source in device.sources
        if isinstance(source, source_type)
    )


def source_name(source_type: type[AnySource]) -> str:
    """Return the word of a type of source in configuration and labels, such as `cloud`."""
    return SOURCE_OF_TYPE[source_type].source
