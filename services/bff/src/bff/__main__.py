"""`python -m bff`: read the settings, open everything, serve until SIGTERM."""

import logging
import sys
from functools import partial

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from pydantic import ValidationError

from bff.app import create_app
from bff.health import create_health_app
from bff.house import HomeFile
from bff.ledger.read import Ledger, energy_between
from bff.migrate import DatabaseUnusable, open_database
from bff.request_times import RequestTimes
from bff.serve import PortTaken, bind, serve
from bff.services import Services, utc_now
from bff.settings import Settings
from bff.victoriametrics.client import VictoriaMetrics
from home_model.problems import ConfigError

WRONG_SETTINGS = 2

log = logging.getLogger("bff")


def main() -> int:
    """Run one BFF. Returns the exit code."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "uvicorn.error", "alembic.runtime.migration"):
        logging.getLogger(chatty).setLevel("WARNING")
    try:
        _run(Settings())
    except ValidationError as error:
        sys.stderr.write(_in_words(error))
        return WRONG_SETTINGS
    except (ConfigError, DatabaseUnusable, PortTaken) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    return 0


def _run(settings: Settings) -> None:
    api_socket = bind(settings.listen_host, settings.listen_port, "LISTEN_PORT")
    health_socket = bind(settings.listen_host, settings.health_port, "HEALTH_PORT")
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    services = _open(settings)
    log.info("API on port %s, health on %s", settings.listen_port, settings.health_port)
    api = RequestTimes(create_app(services), registry)
    serve([(api, api_socket), (create_health_app(services, registry), health_socket)])
    services.victoriametrics.close()
    services.engine.dispose()
    log.info("stopped")


def _open(settings: Settings) -> Services:
    home = HomeFile(settings.config_file)
    engine = open_database(settings.database_url.get_secret_value())
    victoriametrics = VictoriaMetrics(
        str(settings.victoriametrics_url),
        deadline_seconds=settings.victoriametrics_deadline_seconds,
    )
    ledger = Ledger(home, engine, victoriametrics, utc_now)
    return Services(
        settings=settings,
        home=home,
        engine=engine,
        victoriametrics=victoriametrics,
        energy_between=partial(energy_between, ledger),
    )


def _in_words(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(str(step) for step in fault['loc']).upper()}: {fault['msg']}"
        for fault in error.errors()
    ]
    return "\n".join(["Settings come from the environment:", *faults, ""])


if __name__ == "__main__":
    sys.exit(main())
