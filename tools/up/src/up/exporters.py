"""The exporters: those that have something to read."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from up.accounts import switchbot_account, tp_link_account
from up.bluetooth import radio_folder
from up.part import Part, at
from up.settings import Settings


def exporters(
    settings: Settings, kinds: frozenset[str], stand_ins: tuple[Part, ...]
) -> tuple[Part, ...]:
    """Those that have something to read; each starts after what it reads."""
    after = tuple(part.ready for part in stand_ins if not part.may_be_late)
    everything = tuple(part.ready for part in stand_ins)
    switchbot = (switchbot_exporter(settings, kinds, after),) if kinds & {"cloud", "ble"} else ()
    native = (tp_link_exporter(settings, after),) if "native" in kinds else ()
    over_matter = (tp_link_matter_exporter(settings, everything),) if "matter" in kinds else ()
    return (*switchbot, *native, *over_matter)


def switchbot_exporter(settings: Settings, kinds: frozenset[str], after: tuple[str, ...]) -> Part:
    """The real exporter; in a virtual home only its base URL and its bus differ."""
    fetchers = settings.fetchers or ",".join(kind for kind in ("cloud", "ble") if kind in kinds)
    return _exporter(
        settings,
        ("switchbot", "switchbot_exporter"),
        {"SWITCHBOT_EXPORTER_PORT": settings.switchbot_exporter_port},
        {
            "STATE_DIR": str(switchbot_state(settings)),
            "FETCHERS": fetchers,
            **switchbot_account(settings),
            **(_virtual_switchbot(settings) if settings.virtual else {}),
        },
        after,
    )


def switchbot_state(settings: Settings) -> Path:
    """Where the SwitchBot exporter keeps its counters."""
    return settings.home_dir / "switchbot-exporter"


def _virtual_switchbot(settings: Settings) -> dict[str, str]:
    return {
        "SWITCHBOT_BASE_URL": at(settings.virtual_home_port, ""),
        "SWITCHBOT_DAILY_LIMIT": "1000000",
        "POLL_INTERVAL_SECONDS": "5",
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={radio_folder(settings) / 'bus'}",
    }


def tp_link_exporter(settings: Settings, after: tuple[str, ...]) -> Part:
    """The exporter of TP-Link plugs on the local network."""
    interval = {"POLL_INTERVAL_SECONDS": "5"} if settings.virtual else {}
    return _exporter(
        settings,
        ("tplink_native", "tp_link_native_exporter"),
        {"TP_LINK_EXPORTER_PORT": settings.tp_link_exporter_port},
        {"STATE_DIR": str(tp_link_state(settings)), **interval, **tp_link_account(settings)},
        after,
    )


def tp_link_state(settings: Settings) -> Path:
    """Where the TP-Link exporter keeps its counters."""
    return settings.home_dir / "tp-link-native-exporter"


def tp_link_matter_exporter(settings: Settings, after: tuple[str, ...]) -> Part:
    """The exporter of plugs that a Matter server knows."""
    server = f"ws://127.0.0.1:{settings.virtual_matter_port}/ws"
    part = _exporter(
        settings,
        ("tplink_matter", "tp_link_matter_exporter"),
        {"TP_LINK_MATTER_EXPORTER_PORT": settings.tp_link_matter_exporter_port},
        {
            "STATE_DIR": str(tp_link_matter_state(settings)),
            **({"MATTER_SERVER_URL": server} if settings.virtual else {}),
        },
        after,
    )
    return replace(part, may_be_late=settings.virtual)


def tp_link_matter_state(settings: Settings) -> Path:
    """Where the Matter exporter keeps its counters."""
    return settings.home_dir / "tp-link-matter-exporter"


def _exporter(
    settings: Settings,
    names: tuple[str, str],
    ports: Mapping[str, int],
    env: Mapping[str, str],
    after: tuple[str, ...],
) -> Part:
    """What all have in common; `names` are that of the part and that of its module."""
    name, module = names
    (port,) = ports.values()
    common = {"CONFIG_FILE": str(settings.home_file), "LISTEN_PORT": str(port)}
    command = (sys.executable, "-m", module)
    return Part(name, command, ports, at(port, "/healthz"), {**common, **env}, after, scraped=True)
