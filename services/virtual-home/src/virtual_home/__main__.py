"""`python -m virtual_home serve | backfill | seed-prices`; settings come from the environment."""

import argparse
import asyncio
import logging
import sys

from pydantic import ValidationError

from home_model.problems import ConfigError
from virtual_home.serve import PortTakenError, serve
from virtual_home.settings import ServeSettings

log = logging.getLogger("virtual_home")

COMMANDS = {"serve": lambda: asyncio.run(serve(ServeSettings()))}


def main() -> int:
    """Run one command; expected failures are one clear line each and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    parser = argparse.ArgumentParser(prog="virtual_home", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = COMMANDS[parser.parse_args().command]
    try:
        command()
    except ValidationError as error:
        for problem in error.errors():
            log.error("%s: %s", ".".join(map(str, problem["loc"])).upper(), problem["msg"])  # noqa: TRY400
    except (ConfigError, PortTakenError) as error:
        log.error("%s", error)  # noqa: TRY400 - a sentence for a person, not a traceback
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
