"""`python -m switchbot_exporter`: serve; `--once` prints the readings; `--check` the problems."""

import sys

from exporter_kit import main
from exporter_kit.cli import CANNOT_START
from service_kit.errors import SettingsError
from service_kit.settings import load_settings
from switchbot_exporter.fetchers import FetcherSettings, parts_of


def run() -> int:
    """The command line; gives the exit code."""
    try:
        fetchers = load_settings(FetcherSettings).fetchers
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return main("switchbot-exporter", *parts_of(fetchers))


if __name__ == "__main__":
    sys.exit(run())
