"""`python -m measurements`: serve, `--check`, `--backup`, or one of the commands."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry

from home_model.load import load_home
from home_model.problems import ConfigError
from measurements.app import create_app
from measurements.backup import check_database
from measurements.commands import run_backfill, run_counts, run_retain, run_token
from measurements.health import create_health_app
from measurements.settings import FileSettings, Settings
from measurements.wiring import open_services
from service_kit import state_backup
from service_kit.database import hold_database
from service_kit.errors import CannotStartError
from service_kit.log import set_up_log
from service_kit.request_metrics import RequestMetrics
from service_kit.serve import serve
from service_kit.server import listen
from service_kit.settings import load_settings, secret_values

NAME = "measurements"
CANNOT_START = 2

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "token": run_token,
    "retain": run_retain,
    "counts": run_counts,
    "backfill": run_backfill,
}

LOG = logging.getLogger(NAME)


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments choose.

    Returns:
        The exit code.
    """
    try:
        match list(arguments):
            case []:
                _serve(load_settings(Settings))
            case ["--check"]:
                load_home(load_settings(FileSettings).config_file)
            case ["--backup", action]:
                return state_backup.main(action, check_database)
            case [command, *rest] if command in COMMANDS:
                return COMMANDS[command](rest)
            case _:
                sys.stderr.write(
                    f"python -m {NAME} [--check | --backup ACTION | {' | '.join(COMMANDS)}]\n"
                )
                return CANNOT_START
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return 0


def _serve(settings: Settings) -> None:
    set_up_log(settings.log_level, settings.log_format, secret_values(settings))
    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)
    api_socket = listen(settings.measurements_host, settings.measurements_port, "MEASUREMENTS_PORT")
    health_socket = listen(settings.listen_host, settings.listen_port, "LISTEN_PORT")
    registry = CollectorRegistry()
    with (
        hold_database(settings.database_url.get_secret_value()),
        open_services(settings, registry) as services,
    ):
        LOG.info(
            "boards send to port %s, health on %s",
            settings.measurements_port, settings.listen_port,
        )  # fmt: skip
        api = RequestMetrics(create_app(services), registry, NAME)
        serve([(api, api_socket), (create_health_app(services, registry), health_socket)])
    LOG.info("stopped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
