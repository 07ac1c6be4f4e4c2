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
from service_kit.signals import run_until_stopped


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
    home = load_home(arguments.config)
    work = run(home, arguments.watts_url, arguments.folder, arguments.port)
    await run_until_stopped(work)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mqtt_emulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--watts-url", required=True, help="/virtual/ of the emulated cloud")
    parser.add_argument("--folder", type=Path, required=True, help="for the broker and counters")
    parser.add_argument("--port", type=int, required=True, help="of the broker")
    return parser


if __name__ == "__main__":
    sys.exit(main())
