"""`python -m ble_radio`: a Bluetooth for the virtual home.

Starts a private D-Bus at FOLDER/bus with a mock bluetoothd, and lets the plugs of the
configuration advertise what the emulator measures. An exporter receives them with
`FETCHERS=ble DBUS_SYSTEM_BUS_ADDRESS=unix:path=FOLDER/bus`. FOLDER/on-air is there while it can.
"""

import argparse
import asyncio
import logging
import signal
import sys
from contextlib import suppress
from pathlib import Path

from ble_radio.advertising import advertise_forever, select_plugs
from ble_radio.bus import bluetoothd, system_bus
from ble_radio.radio import MockRefusedError, radio
from home_model.load import load_home
from home_model.problems import ConfigError
from testbed.process import DidNotStartError

LOG = logging.getLogger("ble_radio")


def main() -> int:
    """The command line; gives the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(run(_parser().parse_args()))
    except (ConfigError, DidNotStartError, MockRefusedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def run(arguments: argparse.Namespace) -> None:
    """Advertise until SIGTERM or SIGINT."""
    plugs = select_plugs(load_home(arguments.config))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    folder = arguments.folder.resolve()
    on_air = folder / "on-air"
    on_air.unlink(missing_ok=True)  # left behind by a kill -9
    with system_bus(folder) as address, bluetoothd(address, folder):
        async with radio(address) as air:
            await air.add_adapter()
            LOG.info("%d plugs advertise; DBUS_SYSTEM_BUS_ADDRESS=%s", len(plugs), address)
            speaking = asyncio.create_task(
                advertise_forever(air, plugs, arguments.watts_url, arguments.interval_seconds)
            )
            for stop in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(stop, speaking.cancel)
            on_air.touch()
            # A signal to the whole process group ends the bus before us.
            with suppress(asyncio.CancelledError, EOFError):
                await speaking
            on_air.unlink(missing_ok=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ble_radio", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--watts-url", required=True, help="/virtual/ of the emulator")
    parser.add_argument("--folder", type=Path, required=True, help="for the socket and the logs")
    parser.add_argument("--interval-seconds", type=float, default=1.0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
