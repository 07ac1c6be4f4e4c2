"""The exporters that have something to read, derived from the table of sources."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from home_model.sources import SOURCES, SourceInfo
from up.emulators import Emulator
from up.process import Process, local_url
from up.servers import USERNAME, password_file, reaches_victoria_metrics
from up.settings import Settings


def exporters(
    settings: Settings, configured: frozenset[str], emulators: Sequence[Emulator]
) -> tuple[Process, ...]:
    """Return one for each service with a configured source; it starts after its emulators."""
    rows = [row for row in SOURCES if row.source in configured]
    services = dict.fromkeys(row.service for row in rows)
    return tuple(
        exporter(settings, [row for row in rows if row.service == service], emulators)
        for service in services
    )


def exporter(
    settings: Settings, rows: Sequence[SourceInfo], emulators: Sequence[Emulator]
) -> Process:
    """Return the process that reads these sources, which are of one service."""
    service, port = rows[0].service, settings.exporter_port(rows[0])
    read = [each for each in emulators if each.sources & {row.source for row in rows}]
    env = {
        "CONFIG_FILE": str(settings.home_file),
        "LISTEN_PORT": str(port),
        "STATE_DIR": str(settings.state_dir(service)),
        **_fetchers(settings, rows),
        **(_takes_what_devices_send(settings, rows[0]) if rows[0].is_pushed else {}),
        **_secrets(settings, rows),
        **_victoria_metrics(settings, rows),
    }
    for each in read:
        env |= each.env
    return Process(
        rows[0].family,
        (sys.executable, "-m", rows[0].module),
        {rows[0].port_variable: port, **_further_ports(settings, rows[0])},
        local_url(port, "/healthz"),
        env,
        after=tuple(each.process.ready for each in read),
        is_scraped=True,
        may_join_late=any(each.process.may_join_late for each in read),
    )


def _fetchers(settings: Settings, rows: Sequence[SourceInfo]) -> Mapping[str, str]:
    """Return which of its sources a service reads, for a service that has several."""
    of_service = [row for row in SOURCES if row.service == rows[0].service]
    if len(of_service) == 1:
        return {}
    return {"FETCHERS": settings.fetchers or ",".join(row.source for row in rows)}


def _further_ports(settings: Settings, row: SourceInfo) -> Mapping[str, int]:
    """Return the port that devices send to, where they do."""
    return {"MEASUREMENTS_PORT": settings.measurements_port} if row.is_pushed else {}


def _takes_what_devices_send(settings: Settings, row: SourceInfo) -> Mapping[str, str]:
    """Return what such a service needs besides: a database, and where it passes samples on to."""
    return {
        **reaches_victoria_metrics(settings),
        "DATABASE_URL": f"sqlite:///{settings.home_dir / row.service}.sqlite3",
        "MEASUREMENTS_PORT": str(settings.measurements_port),
        "VIRTUAL_HOME": str(settings.is_virtual).lower(),
    }


def _victoria_metrics(settings: Settings, rows: Iterable[SourceInfo]) -> Mapping[str, str]:
    """Return where a service that writes the past does so; others are given no password."""
    if not any(row.writes_past for row in rows):
        return {}
    return {
        "VICTORIAMETRICS_URL": local_url(settings.vm_port, ""),
        "VICTORIA_METRICS_USERNAME": USERNAME,
        "REFILL_PASSWORD_FILE": str(password_file(settings)),
    }


def _secrets(settings: Settings, rows: Iterable[SourceInfo]) -> Mapping[str, str]:
    names = [name for row in rows for name in row.all_secrets if name in settings.secrets]
    return {name: settings.secrets[name].get_secret_value() for name in names}
