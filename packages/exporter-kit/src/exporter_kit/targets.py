"""What an exporter reads: the sources of its kinds, each with the device it measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from home_model.config import AnySource, Device, Home, family_of, labels_of
from home_model.metrics import Family

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
        """(device, kind of source): what a counter belongs to, whichever plug is in place."""
        return (self.labels["device"], self.labels["source"])

    @property
    def meter(self) -> str:
        """The identity of the meter itself: a replaced plug has another."""
        return "/".join(self.source.key)

    def __str__(self) -> str:
        """The form the log uses."""
        return "/".join(self.key)


def targets_of[S: AnySource](home: Home, kind: type[S]) -> tuple[Target[S], ...]:
    """The targets of one kind of source, in configuration order."""
    return tuple(
        Target(device, source, family_of(source), labels_of(home, device, source))
        for device in home.devices
        for source in device.sources
        if isinstance(source, kind)
    )


def source_word(kind: type[AnySource]) -> str:
    """The word for a kind of source in the configuration and in the labels, such as `cloud`."""
    return get_args(kind.model_fields["source"].annotation)[0]
