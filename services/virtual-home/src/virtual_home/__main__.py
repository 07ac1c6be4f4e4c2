"""`python -m virtual_home serve | plugs | backfill | seed-prices`; settings: the environment."""

import argparse
import logging
import sys

from home_model.problems import ConfigError
from service_kit.errors import CannotStartError
from service_kit.files import InUseError
from virtual_home.commands import COMMANDS
from virtual_home.past.backfill import CountersAheadError
from virtual_home.past.verification import NotWrittenError
from virtual_home.past.victoriametrics import VictoriaMetricsError
from virtual_home.prices import BffError

INTERRUPTED = 130  # as shells count it: 128 + SIGINT
EXPECTED = (
    BffError,
    ConfigError,
    CountersAheadError,
    InUseError,
    NotWrittenError,
    CannotStartError,
    VictoriaMetricsError,
)


def main() -> int:
    """Run one command; expected failures are clear lines without a traceback, and exit code 1."""
    # Commands write plain lines for a person; the servers' log is set up with their settings.
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="virtual_home", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    try:
        command()
    except EXPECTED as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
