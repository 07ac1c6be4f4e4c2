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
from service_kit.signals import stop_event
from shelly_emulator.at_home import AtHome, run


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(run_until_signal(_parser().parse_args()))
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def run_until_signal(arguments: argparse.Namespace) -> None:
    """Run the plugs; what ends them before a signal is raised."""
    home, password = load_home(arguments.config), os.environ.get("SHELLY_PASSWORD", "")
    stop = asyncio.create_task(stop_event().wait())
    plugs = asyncio.create_task(run(AtHome(home, arguments.watts_url, arguments.folder, password)))
    await asyncio.wait((stop, plugs), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    plugs.cancel()
    await asyncio.gather(stop, return_exceptions=True)
    try:
        await plugs
    except asyncio.CancelledError:
        return


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shelly_emulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--watts-url", required=True, help="/virtual/ of the emulated cloud")
    parser.add_argument("--folder", type=Path, required=True, help="for the counters")
    return parser


if __name__ == "__main__":
    sys.exit(main())
