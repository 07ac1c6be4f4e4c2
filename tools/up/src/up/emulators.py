"""What the exporters of a virtual home read in place of devices."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from home_model.config import Device
from home_model.sources import MqttProfile, MqttSource, ShellySource, Source
from mqtt_emulator.broker import is_installed
from up import bluetooth, boards, matter
from up.process import Process, local_url
from up.settings import Settings

# Polled more often than real devices: it costs nothing.
POLL_INTERVAL_SECONDS = "5"
# All pages of an AiSEG2 are several requests.
AISEG2_POLL_INTERVAL_SECONDS = "10"
# MAC and loopback address, at the port of all plugs.
SHELLY_PLUGS = {
    "server": ("58E6C50A0001", "127.0.0.21"),
    "washing_machine": ("58E6C50A0002", "127.0.0.22"),
}

# Profile and id; plugs that need a real broker.
MQTT_PLUGS: Mapping[str, tuple[MqttProfile, str]] = {
    "nas": ("tasmota", "nas"),
    "rice_cooker": ("zigbee2mqtt", "zigbee2mqtt/rice cooker"),
    "microwave": ("shelly_gen2", "shellyplugsg3-58e6c50a0003"),
}


@dataclass(frozen=True, slots=True)
class Emulator:
    """A process that behaves like devices.

    Attributes:
        sources: The sources whose exporters read it; it runs where one of them is configured.
        env: What it adds to the environment of these exporters.
        adds: Returns further sources for a device of the virtual home.
    """

    process: Process
    sources: frozenset[str]
    env: Mapping[str, str] = field(default_factory=dict)
    adds: Callable[[Device], Iterable[Source]] = lambda _: ()


def every_emulator(settings: Settings) -> tuple[Emulator, ...]:
    """Return all that a virtual home can have."""
    return tuple(make(settings) for make in EMULATORS)


def emulators(settings: Settings, configured: frozenset[str]) -> tuple[Emulator, ...]:
    """Return the emulators that something of a virtual home reads; none for a real home."""
    if not settings.is_virtual:
        return ()
    return tuple(each for each in every_emulator(settings) if each.sources & configured)


def _virtual_home(settings: Settings) -> Process:
    """Return the process that is the SwitchBot cloud and the AiSEG2 of the house."""
    ports = {
        "VIRTUAL_HOME_PORT": settings.virtual_home_port,
        "VIRTUAL_AISEG2_PORT": settings.virtual_aiseg2_port,
    }
    listens = _listens(settings, settings.virtual_home_port)
    return Process(
        "virtual-home",
        (sys.executable, "-m", "virtual_home", "serve"),
        ports,
        local_url(settings.virtual_home_port, "/virtual/requests"),
        {**listens, "AISEG2_LISTEN_PORT": str(settings.virtual_aiseg2_port)},
    )


def virtual_aiseg2(settings: Settings) -> Emulator:
    """Return the emulator of the AiSEG2, which measures the whole house and its circuits."""
    env = {
        "AISEG2_HOST": f"127.0.0.1:{settings.virtual_aiseg2_port}",
        "AISEG2_USER": "aiseg",
        "AISEG2_PASSWORD": "virtual-password",
        "AISEG2_USE_HTTPS": "0",
        # A `.env` beside may forward a real unit: what is not real stays out of that database.
        "FORWARD_INFLUXDB": "0",
        "POLL_INTERVAL_SECONDS": AISEG2_POLL_INTERVAL_SECONDS,
    }
    return Emulator(_virtual_home(settings), frozenset({"aiseg2"}), env)


def virtual_home(settings: Settings) -> Emulator:
    """Return the emulator of the SwitchBot cloud."""
    env = {
        "SWITCHBOT_TOKEN": "virtual-token",
        "SWITCHBOT_SECRET": "virtual-secret",
        "SWITCHBOT_BASE_URL": local_url(settings.virtual_home_port, ""),
        "SWITCHBOT_DAILY_LIMIT": "1000000",
        "POLL_INTERVAL_SECONDS": POLL_INTERVAL_SECONDS,
    }
    return Emulator(_virtual_home(settings), frozenset({"cloud"}), env)


def virtual_plugs(settings: Settings) -> Emulator:
    """Return the TP-Link plugs, at one port of several loopback addresses."""
    process = Process(
        "virtual-plugs",
        (sys.executable, "-m", "virtual_home", "plugs"),
        {"VIRTUAL_PLUGS_PORT": settings.virtual_plugs_port},
        local_url(settings.virtual_plugs_port, "/plugs"),
        _listens(settings, settings.virtual_plugs_port),
    )
    env = {
        "TP_LINK_USERNAME": "virtual@example.com",
        "TP_LINK_PASSWORD": "virtual-password",
        "POLL_INTERVAL_SECONDS": POLL_INTERVAL_SECONDS,
    }
    return Emulator(process, frozenset({"native"}), env)


def bluetooth_radio(settings: Settings) -> Emulator:
    """Return a bus with a mock bluetoothd, on which the SwitchBot plugs advertise."""
    watts_url, folder = (
        local_url(settings.virtual_home_port, "/virtual/"),
        bluetooth.radio_folder(settings),
    )
    config = ("--config", str(settings.home_file), "--folder", str(folder))
    process = Process(
        "bluetooth",
        (sys.executable, "-m", "ble_radio", *config, "--watts-url", watts_url),
        {},
        f"file://{folder / 'on-air'}",
        after=(watts_url,),
    )
    env = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}"}
    return Emulator(process, frozenset({"ble"}), env, partial(bluetooth.sources, settings))


def matter_plugs(settings: Settings) -> Emulator:
    """Return a Matter server, and plugs that measure what the TP-Link plugs of their devices do."""
    plugs_url, port = local_url(settings.virtual_plugs_port, "/plugs"), settings.virtual_matter_port
    folder = matter.matter_folder(settings)
    config = ("--config", str(settings.home_file), "--folder", str(folder), "--port", str(port))
    process = Process(
        "matter",
        (sys.executable, "-m", "matter_network.at_home", *config, "--plugs-url", plugs_url),
        {"VIRTUAL_MATTER_PORT": port},
        f"file://{folder / 'ready'}",
        after=(plugs_url,),
        may_join_late=True,
    )
    env = {"MATTER_SERVER_URL": f"ws://127.0.0.1:{port}/ws"}
    return Emulator(process, frozenset({"matter"}), env, partial(matter.sources, settings))


def shelly_plugs(settings: Settings) -> Emulator:
    """Return Shelly plugs that measure what the SwitchBot plugs of their devices do."""
    watts_url = local_url(settings.virtual_home_port, "/virtual/")
    folder = settings.home_dir / "shelly"
    config = ("--config", str(settings.home_file), "--folder", str(folder))
    login = {"SHELLY_PASSWORD": "virtual-password"}
    process = Process(
        "virtual-shelly",
        (sys.executable, "-m", "shelly_emulator", *config, "--watts-url", watts_url),
        {},
        f"file://{folder / 'ready'}",
        login,
        after=(watts_url,),
    )

    def adds(device: Device) -> Iterable[Source]:
        if device.device in SHELLY_PLUGS:
            mac, host = SHELLY_PLUGS[device.device]
            address = f"{host}:{settings.virtual_plugs_port}"
            yield ShellySource(source="shelly", id=mac, address=address)

    env = {**login, "POLL_INTERVAL_SECONDS": POLL_INTERVAL_SECONDS}
    return Emulator(process, frozenset({"shelly"}), env, adds)


def mqtt_plugs(settings: Settings) -> Emulator:
    """Return a mosquitto and plugs that publish what the SwitchBot plugs of their devices do."""
    watts_url, port = local_url(settings.virtual_home_port, "/virtual/"), settings.virtual_mqtt_port
    folder = settings.home_dir / "mqtt"
    config = ("--config", str(settings.home_file), "--folder", str(folder), "--port", str(port))
    process = Process(
        "virtual-mqtt",
        (sys.executable, "-m", "mqtt_emulator", *config, "--watts-url", watts_url),
        {"VIRTUAL_MQTT_PORT": port},
        f"file://{folder / 'ready'}",
        after=(watts_url,),
    )
    env = {
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": str(port),
        # As for the AiSEG2: what is not real stays out of a real database.
        "FORWARD_INFLUXDB": "0",
        "MQTT_CONFIG_FILE": str(folder / "mqtt.yaml"),
    }

    def adds(device: Device) -> Iterable[Source]:
        is_wanted = is_installed() if settings.virtual_mqtt is None else settings.virtual_mqtt
        if device.device in MQTT_PLUGS and is_wanted:
            profile, source_id = MQTT_PLUGS[device.device]
            yield MqttSource(source="mqtt", id=source_id, profile=profile)

    return Emulator(process, frozenset({"mqtt"}), env, adds)


def board(name: str, settings: Settings) -> Emulator:
    """Return an ESP32 board that measures a device."""
    adds = partial(boards.sources, settings, name)
    return Emulator(boards.process(settings, name), frozenset({"esp32"}), adds=adds)


EMULATORS: tuple[Callable[[Settings], Emulator], ...] = (
    virtual_home,
    virtual_aiseg2,
    virtual_plugs,
    bluetooth_radio,
    matter_plugs,
    shelly_plugs,
    mqtt_plugs,
    *(partial(board, name) for name in boards.BOARDS),
)


def _listens(settings: Settings, port: int) -> Mapping[str, str]:
    return {"CONFIG_FILE": str(settings.home_file), "LISTEN_PORT": str(port)}
