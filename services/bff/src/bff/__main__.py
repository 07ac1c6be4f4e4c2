"""`python -m bff`: load the settings, open everything, serve until SIGTERM."""

import gc
import logging
import sys

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from pydantic import ValidationError

from bff.app import create_app
from bff.db.migrate import DatabaseUnusableError
from bff.http.health import create_health_app
from bff.http.metrics import RequestMetrics
from bff.http.serve import PortTakenError, bind, serve
from bff.ledger_state.metrics import LedgerCollector
from bff.settings import Settings
from bff.wiring import close_services, open_services
from home_model.problems import ConfigError

WRONG_SETTINGS = 2

LOG = logging.getLogger("bff")


def main() -> int:
    """Run one BFF.

    Returns:
        The exit code.
    """
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "uvicorn.error", "alembic.runtime.migration"):
        logging.getLogger(chatty).setLevel("WARNING")
    try:
        _run(Settings())
    except ValidationError as error:
        sys.stderr.write(_describe(error))
        return WRONG_SETTINGS
    except (ConfigError, DatabaseUnusableError, PortTakenError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    return 0


def _run(settings: Settings) -> None:
    api_socket = bind(settings.listen_host, settings.listen_port, "LISTEN_PORT")
    health_socket = bind(settings.listen_host, settings.health_port, "HEALTH_PORT")
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    services = open_services(settings)
    registry.register(LedgerCollector(services.ledger))
    LOG.info("API on port %s, health on %s", settings.listen_port, settings.health_port)
    api = RequestMetrics(create_app(services), registry)
    # What is loaded stays: collecting it again would delay a response by 50 ms.
    gc.collect()
    gc.freeze()
    serve([(api, api_socket), (create_health_app(services, registry), health_socket)])
    close_services(services)
    LOG.info("stopped")


def _describe(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(str(step) for step in fault['loc']).upper()}: {fault['msg']}"
        for fault in error.errors()
    ]
    return "\n".join(["Settings come from the environment:", *faults, ""])


if __name__ == "__main__":
    sys.exit(main())
