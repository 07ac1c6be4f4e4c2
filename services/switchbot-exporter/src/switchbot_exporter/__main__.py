"""`python -m switchbot_exporter`: serve; `--once` prints the readings; `--check` the problems."""

import sys

from exporter_kit import main
from exporter_kit.cli import CANNOT_START
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from switchbot_exporter.exporter import FetcherSettings, select_fetchers


def run() -> int:
    """Run the command line; return the exit code."""
    try:
        fetchers = load_settings(FetcherSettings).fetchers
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return main("switchbot-exporter", *select_fetchers(fetchers))


if __name__ == "__main__":
    sys.exit(run())
