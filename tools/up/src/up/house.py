"""The configuration of this run: the user's own file, or a copy of the virtual home's.

A copy, because addresses of plugs follow VIRTUAL_PLUGS_PORT, and a `ble` or `matter` source stands
in it only where a radio or a Matter network does: a source that nobody reads would be shown as
silent.
"""

from collections.abc import Iterator
from pathlib import Path

from home_model.config import Device, Home
from home_model.load import load_home
from home_model.sources import BleSource, CloudSource, MatterSource, NativeSource, Source
from up import bluetooth, matter
from up.settings import Settings

VIRTUAL_CONFIG = Path("config/virtual-home.yaml")
# Plug Minis have one MAC for cloud and radio; their models are those of the virtual home.
HEARD = {"tv": "plug_mini_jp", "fridge": "plug_mini_jp", "desk_pc": "plug_mini_us"}
# Tapo P110M knows Matter; there it goes by its serial number.
OVER_MATTER = {"dehumidifier": "VIRTUAL-P110M-3", "ceramic_heater": "VIRTUAL-P110M-4"}


def load(settings: Settings) -> Home:
    """The home that all parts are to read.

    Raises:
        ConfigError: A configuration file is not usable.
    """
    if settings.virtual:
        return offered(load_home(VIRTUAL_CONFIG), settings)
    return load_home(settings.config_file)


def offered(home: Home, settings: Settings) -> Home:
    """The virtual home as this machine can run it."""
    radio, over_matter = bluetooth.is_wanted(settings), matter.is_wanted(settings)
    devices = tuple(
        device.model_copy(
            update={
                "sources": (
                    *(_at_port(each, settings.virtual_plugs_port) for each in device.sources),
                    *(_heard(device) if radio else ()),
                    *(_over_matter(device) if over_matter else ()),
                )
            }
        )
        for device in home.devices
    )
    return home.model_copy(update={"devices": devices})


def write(home: Home, path: Path) -> None:
    """JSON is YAML: every part can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(home.model_dump_json(indent=2), encoding="utf-8")


def kinds_of(home: Home) -> frozenset[str]:
    """The kinds of sources that the configuration names."""
    return frozenset(source.source for device in home.devices for source in device.sources)


def _heard(device: Device) -> Iterator[Source]:
    if device.device in HEARD:
        model = HEARD[device.device]
        for source in device.sources:
            if isinstance(source, CloudSource):
                yield BleSource.model_validate({"source": "ble", "id": source.id, "model": model})


def _over_matter(device: Device) -> Iterator[Source]:
    if device.device in OVER_MATTER:
        yield MatterSource(source="matter", id=OVER_MATTER[device.device])


def _at_port(source: Source, port: int) -> Source:
    if not isinstance(source, NativeSource):
        return source
    host = source.address.partition(":")[0]
    return source.model_copy(update={"address": f"{host}:{port}"})
