"""The configuration of this run: the user's own file, or a copy of the virtual home's.

A copy, because addresses of plugs follow VIRTUAL_PLUGS_PORT, and a `ble` source stands in it only
where a radio does: a source that nobody reads would be shown as silent.
"""

from pathlib import Path

from home_model.config import BleSource, CloudSource, Device, Home, NativeSource, Source
from home_model.load import load_home
from up.bluetooth import is_wanted
from up.settings import Settings

VIRTUAL_CONFIG = Path("config/virtual-home.yaml")
# Plug Minis have one MAC for cloud and radio; their models are those of the virtual home.
HEARD = {"tv": "plug_mini_jp", "fridge": "plug_mini_jp", "desk_pc": "plug_mini_us"}


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
    radio = is_wanted(settings)
    devices = tuple(
        device.model_copy(update={"sources": _sources(device, settings, radio=radio)})
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


def _sources(device: Device, settings: Settings, *, radio: bool) -> tuple[Source, ...]:
    present = tuple(_at_port(source, settings.virtual_plugs_port) for source in device.sources)
    if not radio or device.device not in HEARD:
        return present
    heard = (
        BleSource.model_validate({"source": "ble", "id": s.id, "model": HEARD[device.device]})
        for s in present
        if isinstance(s, CloudSource)
    )
    return (*present, *heard)


def _at_port(source: Source, port: int) -> Source:
    if not isinstance(source, NativeSource):
        return source
    host = source.address.partition(":")[0]
    return source.model_copy(update={"address": f"{host}:{port}"})
