"""What stands in for the devices of a house that does not exist."""

import sys

from up.bluetooth import radio_folder
from up.part import Part, at
from up.settings import Settings


def stand_ins(settings: Settings, kinds: frozenset[str]) -> tuple[Part, ...]:
    """The emulators, with a radio if something is to be heard."""
    radio = (bluetooth(settings),) if "ble" in kinds else ()
    return (virtual_home(settings), virtual_plugs(settings), *radio)


def virtual_home(settings: Settings) -> Part:
    """The emulator of the SwitchBot cloud with its house."""
    return Part(
        "virtual-home",
        (sys.executable, "-m", "virtual_home", "serve"),
        {"VIRTUAL_HOME_PORT": settings.virtual_home_port},
        at(settings.virtual_home_port, "/virtual/"),
        {
            "CONFIG_FILE": str(settings.home_file),
            "LISTEN_PORT": str(settings.virtual_home_port),
        },
    )


def virtual_plugs(settings: Settings) -> Part:
    """The house's TP-Link plugs, at one port of several loopback addresses."""
    return Part(
        "virtual-plugs",
        (sys.executable, "-m", "virtual_home", "plugs"),
        {"VIRTUAL_PLUGS_PORT": settings.virtual_plugs_port},
        at(settings.virtual_plugs_port, "/plugs"),
        {
            "CONFIG_FILE": str(settings.home_file),
            "LISTEN_PORT": str(settings.virtual_plugs_port),
        },
    )


def bluetooth(settings: Settings) -> Part:
    """A bus with a mock bluetoothd on it, and the house's plugs on the air."""
    watts_url = at(settings.virtual_home_port, "/virtual/")
    folder = radio_folder(settings)
    config = ("--config", str(settings.home_file))
    return Part(
        "bluetooth",
        (
            *(sys.executable, "-m", "ble_radio", *config, "--folder", str(folder)),
            *("--watts-url", watts_url),
        ),
        {},
        f"file://{folder / 'on-air'}",
        after=(watts_url,),
    )
