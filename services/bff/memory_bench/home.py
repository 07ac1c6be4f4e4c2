"""A virtual home in which each exporter reads ten devices at its default interval."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from home_model.config import Device, Home
from home_model.sources import MqttSource, ShellySource, Source
from mqtt_emulator.broker import is_installed
from testbed.plugs import PASSWORD, USERNAME, Plugs
from testbed.process import free_port
from up import house
from up.process import Process
from up.processes import processes
from up.servers import scrape_config
from up.settings import Settings

DEVICES = 10
# What the virtual home sets beside its accounts: it polls more often than a real one.
NOT_DEFAULT = ("POLL_INTERVAL_SECONDS", "SWITCHBOT_DAILY_LIMIT")
PORTS = (
    "page_port",
    "bff_port",
    "bff_health_port",
    "vm_port",
    "measurements_port",
    "virtual_home_port",
    "virtual_plugs_port",
    "virtual_matter_port",
    "virtual_aiseg2_port",
    "virtual_mqtt_port",
)


def settings_in(folder: Path) -> Settings:
    """Return the settings of a virtual home on free ports, whatever accounts this shell has."""
    given: dict[str, Any] = {name: free_port() for name in PORTS}
    exporter_ports = {name: free_port() for name in Settings().exporter_ports}
    return Settings(
        virtual_home=True,
        virtual_bluetooth=False,
        data_dir=folder,
        exporter_ports=exporter_ports,
        secrets={},
        **given,
    )


def make_home(settings: Settings) -> Home:
    """Return the virtual home with ten devices of each source that an emulator has as many of."""
    home = house.load(settings)
    cloud = _with_source(home, "cloud")[:DEVICES]
    kept = {each.device for each in (*cloud, *_with_source(home, "aiseg2")[:DEVICES])}
    for name in ("native", "matter", "esp32"):
        kept |= {each.device for each in _with_source(home, name)}
    devices = tuple(
        _device(device, cloud.index(device) if device in cloud else None, settings)
        for device in home.devices
        if device.device in kept
    )
    return home.model_copy(update={"devices": devices})


def _with_source(home: Home, name: str) -> list[Device]:
    return [each for each in home.devices if name in {source.source for source in each.sources}]


def _device(device: Device, number: int | None, settings: Settings) -> Device:
    """Return a device without a meter above it; one of the ten has a Shelly and MQTT, too."""
    own = [each for each in device.sources if each.source not in {"shelly", "mqtt"}]
    more = [] if number is None else _further(number, settings)
    return device.model_copy(update={"upstream": None, "sources": (*own, *more)})


def _further(number: int, settings: Settings) -> Iterator[Source]:
    address = f"127.0.0.{31 + number}:{settings.virtual_plugs_port}"
    yield ShellySource(source="shelly", id=f"58E6C50B{number:04X}", address=address)
    if is_installed():
        yield MqttSource(source="mqtt", id=f"plug_{number}", profile="tasmota")


def processes_of(settings: Settings, home: Home, plugs: Plugs, folder: Path) -> Sequence[Process]:
    """Return every process; exporters poll at their defaults, the native one ten plugs."""
    plugs_file = folder / "plugs-home.yaml"
    plugs_file.write_text(plugs.home(), encoding="utf-8")
    native = {
        "CONFIG_FILE": str(plugs_file),
        "TP_LINK_USERNAME": USERNAME,
        "TP_LINK_PASSWORD": PASSWORD,
    }
    return [
        replace(each, env=_defaults(each.env) | (native if each.name == "tplink_native" else {}))
        if each.is_scraped
        else each
        for each in processes(settings, home)
    ]


def _defaults(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in NOT_DEFAULT}


def write_files(settings: Settings, home: Home, wanted: Sequence[Process]) -> None:
    """Write what the processes read: the home, and what is scraped every 15 s as by default."""
    house.write(home, settings.home_file)
    text = scrape_config(settings, wanted).replace("scrape_interval: 5s", "scrape_interval: 15s")
    (settings.home_dir / "scrape.yaml").write_text(text, encoding="utf-8")
