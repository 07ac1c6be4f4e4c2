"""The configuration of this run: the user's own file, or a copy of the virtual home's.

A copy, because addresses of plugs follow VIRTUAL_PLUGS_PORT, and it has further sources only where
their emulator can run: a source without a reader would be shown as silent.
"""

from pathlib import Path

from home_model.config import Home
from home_model.load import load_home
from home_model.sources import NativeSource, Source
from up.emulators import every_emulator
from up.settings import Settings

VIRTUAL_CONFIG = Path("config/virtual-home.yaml")


def load(settings: Settings) -> Home:
    """Return the home that all processes read.

    Raises:
        ConfigError: A configuration file is not usable.
    """
    if settings.is_virtual:
        return offered(load_home(VIRTUAL_CONFIG), settings)
    return load_home(settings.config_file)


def offered(home: Home, settings: Settings) -> Home:
    """Return the virtual home as this machine can run it."""
    emulated = every_emulator(settings)
    devices = tuple(
        device.model_copy(
            update={
                "sources": (
                    *(_at_port(each, settings.virtual_plugs_port) for each in device.sources),
                    *(source for each in emulated for source in each.adds(device)),
                )
            }
        )
        for device in home.devices
    )
    return home.model_copy(update={"devices": devices})


def write(home: Home, path: Path) -> None:
    """Write the configuration as JSON, which is YAML, so that every process can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(home.model_dump_json(indent=2), encoding="utf-8")


def sources_of(home: Home) -> frozenset[str]:
    """Return the sources that the configuration names, such as `cloud`."""
    return frozenset(source.source for device in home.devices for source in device.sources)


def _at_port(source: Source, port: int) -> Source:
    if not isinstance(source, NativeSource):
        return source
    host = source.address.partition(":")[0]
    return source.model_copy(update={"address": f"{host}:{port}"})
