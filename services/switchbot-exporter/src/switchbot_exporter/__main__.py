"""`python -m switchbot_exporter`: serve; `--once` prints the readings; `--check` the problems."""

import sys

from exporter_kit.command import CANNOT_START, main
from exporter_kit.settings import SettingsError, read_settings
from switchbot_exporter.exporter import FetcherSettings, select_fetchers


def run() -> int:
    """Run the command line; return the exit code."""
    try:
        fetchers = read_settings(FetcherSettings).fetchers
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    return main("switchbot-exporter", *select_fetchers(fetchers))


if __name__ == "__main__":
    sys.exit(run())
