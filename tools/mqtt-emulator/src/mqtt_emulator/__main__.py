"""`python -m mqtt_emulator`: a broker and MQTT devices for the virtual home."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from home_model.load import load_home
from home_model.problems import ConfigError
from mqtt_emulator.at_home import run
from service_kit.errors import CannotStartError
from service_kit.signals import stop_event


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(_run_until_signal(_parser().parse_args()))
    except (ConfigError, CannotStartError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _run_until_signal(arguments: argparse.Namespace) -> None:
    home = load_home(arguments.config)
    stop = asyncio.create_task(stop_event().wait())
    work = asyncio.create_task(run(home, arguments.watts_url, arguments.folder, arguments.port))
    await asyncio.wait((stop, work), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    work.cancel()
    await asyncio.gather(stop, return_exceptions=True)
    try:
        await work
    except asyncio.CancelledError:
        return


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mqtt_emulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--watts-url", required=True, help="/virtual/ of the emulated cloud")
    parser.add_argument("--folder", type=Path, required=True, help="for the broker and counters")
    parser.add_argument("--port", type=int, required=True, help="of the broker")
    return parser


if __name__ == "__main__":
    sys.exit(main())
