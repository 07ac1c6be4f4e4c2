"""`python -m mqtt_gateway`: serve, `--once`, `--check`, or `--discover` what a broker has.

Without a `devices.yaml` it only writes to InfluxDB what `mqtt.yaml` has.
"""

import asyncio
import sys

from exporter_kit import main
from home_model.problems import ConfigError
from mqtt_gateway.discovery import HELP, run_discovery
from mqtt_gateway.exporter import open_exporter, open_once, run_gateway
from mqtt_gateway.settings import Settings
from service_kit.errors import CannotStartError, SettingsError
from service_kit.log import set_up_log
from service_kit.settings import load_settings, secret_values

NAME = "mqtt-gateway"
GOOD, SOMETHING_WRONG, CANNOT_START = 0, 1, 2


def run(argv: list[str]) -> int:
    """Run the command that the arguments choose; return the exit code."""
    if "--discover" in argv:
        return run_discovery(argv)
    try:
        settings = load_settings(Settings)
    except SettingsError:
        settings = None  # `main` prints what is wrong
    is_alone = settings is not None and settings.forwards and not settings.config_file.exists()
    if settings and is_alone and not argv:
        return run_alone(settings)
    if settings and argv == ["--check"]:
        code = check_own(settings)
        if is_alone and code == GOOD:
            sys.stdout.write("settings and configuration are good\n")
        return code if is_alone or code != GOOD else main(NAME, Settings, open_exporter, argv)
    open_it = open_once if "--once" in argv else open_exporter
    return main(NAME, Settings, open_it, argv, epilog=HELP)


def run_alone(settings: Settings) -> int:
    """Write to InfluxDB until SIGTERM or SIGINT; return the exit code."""
    set_up_log(settings.log_level, settings.log_format, secret_values(settings))
    try:
        asyncio.run(run_gateway(settings))
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return GOOD


def check_own(settings: Settings) -> int:
    """Print every problem of the gateway's own configuration; return the exit code."""
    try:
        settings.broker()
        settings.load_config()
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return SOMETHING_WRONG
    return GOOD


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
