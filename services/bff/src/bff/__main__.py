"""`python -m bff`: load the settings, open everything, serve until SIGTERM."""

# ruff: noqa: E402 - imports come after the first statement, which they depend on
import gc

# Nearly all that is loaded stays; to look through it for garbage takes 0.3 s. `serve` begins.
gc.disable()

import logging
import sys
from socket import socket

from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector

from bff.app import create_app
from bff.http.health import create_health_app
from bff.ledger_state.metrics import LedgerCollector
from bff.register.metrics import DeviceInfoCollector
from bff.settings import Settings
from bff.wiring import close_services, open_services
from home_model.problems import ConfigError
from service_kit.database import hold_database
from service_kit.errors import CannotStartError
from service_kit.log import set_up_log
from service_kit.request_metrics import RequestMetrics
from service_kit.serve import serve
from service_kit.server import listen
from service_kit.settings import load_settings, secret_values

CANNOT_START = 2

LOG = logging.getLogger("bff")


def main() -> int:
    """Run one BFF.

    Returns:
        The exit code.
    """
    try:
        settings = load_settings(Settings)
        set_up_log(settings.log_level, settings.log_format, secret_values(settings))
        logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
        _run(settings)
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return 0


def _run(settings: Settings) -> None:
    api_socket = listen(settings.listen_host, settings.listen_port, "LISTEN_PORT")
    health_socket = listen(settings.listen_host, settings.health_port, "HEALTH_PORT")
    with hold_database(settings.database_url.get_secret_value()):
        _serve(settings, api_socket, health_socket)


def _serve(settings: Settings, api_socket: socket, health_socket: socket) -> None:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    services = open_services(settings)
    registry.register(LedgerCollector(services.ledger))
    registry.register(DeviceInfoCollector(services.home))
    Gauge(
        "bff_config_last_reload_successful",
        "1 when the configuration file in use is the newest one; 0 when that has problems.",
        registry=registry,
    ).set_function(lambda: services.config.last_load_good)
    LOG.info("API on port %s, health on %s", settings.listen_port, settings.health_port)
    app = create_app(services)
    api = RequestMetrics(app, registry, "bff")
    health = create_health_app(services, registry)
    serve([(api, api_socket), (health, health_socket)], on_stop=app.state.live.close)
    close_services(services)
    LOG.info("stopped")


if __name__ == "__main__":
    sys.exit(main())
