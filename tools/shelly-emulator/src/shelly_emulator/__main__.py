"""`python -m shelly_emulator`: Shelly plugs for the virtual home, with SHELLY_PASSWORD."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from home_model.load import load_home
from home_model.problems import ConfigError
from service_kit.errors import CannotStartError
from service_kit.signals import run_until_stopped
from shelly_emulator.at_home import AtHome, run


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(_run(_parser().parse_args()))
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _run(arguments: argparse.Namespace) -> None:
    home, password = load_home(arguments.config), os.environ.get("SHELLY_PASSWORD", "")
    at_home = AtHome(home, arguments.watts_url, arguments.folder, password)
    await run_until_stopped(run(at_home))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shelly_emulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--watts-url", required=True, help="/virtual/ of the emulated cloud")
    parser.add_argument("--folder", type=Path, required=True, help="for the counters")
    return parser


if __name__ == "__main__":
    sys.exit(main())
