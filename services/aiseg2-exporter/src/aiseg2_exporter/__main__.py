"""`python -m aiseg2_exporter`: serve, `--once`, `--check`, `--discover`, or `import-sd`.

Without a configuration file it only forwards to InfluxDB, as the tool that it replaces did.
"""

import asyncio
import sys

from aiseg2_exporter.exporter import open_exporter
from aiseg2_exporter.forward_only import forward_only
from aiseg2_exporter.settings import Settings
from exporter_kit import main
from service_kit.errors import CannotStartError, SettingsError
from service_kit.log import set_up_log
from service_kit.settings import load_settings, secret_values

NAME = "aiseg2-exporter"
CANNOT_START = 2


def run_forwarder(settings: Settings) -> int:
    """Forward until SIGTERM or SIGINT; return the exit code."""
    set_up_log(settings.log_level, settings.log_format, secret_values(settings))
    try:
        asyncio.run(forward_only(NAME, settings))
    except CannotStartError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return 0


def run(argv: list[str]) -> int:
    """Run the command that the arguments choose; return the exit code."""
    try:
        settings = load_settings(Settings)
    except SettingsError:
        settings = None  # `main` prints what is wrong
    if not argv and settings and settings.forwards and not settings.config_file.exists():
        return run_forwarder(settings)
    return main(NAME, Settings, open_exporter, argv)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
