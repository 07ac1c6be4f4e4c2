"""What stands in for the devices of a house that does not exist."""

import sys

from up.bluetooth import radio_folder
from up.matter import matter_folder
from up.part import Part, at
from up.settings import Settings


def stand_ins(settings: Settings, kinds: frozenset[str]) -> tuple[Part, ...]:
    """The emulators; a radio and a Matter network if something is to be heard there."""
    radio = (bluetooth(settings),) if "ble" in kinds else ()
    over_matter = (matter(settings),) if "matter" in kinds else ()
    return (virtual_home(settings), virtual_plugs(settings), *radio, *over_matter)


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


def matter(settings: Settings) -> Part:
    """A Matter server, and plugs that measure what the Tapo plugs of their devices do."""
    plugs_url = at(settings.virtual_plugs_port, "/plugs")
    folder = matter_folder(settings)
    config = ("--config", str(settings.home_file), "--folder", str(folder))
    port = ("--port", str(settings.virtual_matter_port))
    return Part(
        "matter",
        (
            *(sys.executable, "-m", "matter_network.at_home", *config, *port),
            *("--plugs-url", plugs_url),
        ),
        {"VIRTUAL_MATTER_PORT": settings.virtual_matter_port},
        f"file://{folder / 'ready'}",
        after=(plugs_url,),
        may_be_late=True,
    )
