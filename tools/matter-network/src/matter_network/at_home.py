"""`python -m matter_network.at_home`: a Matter network for the virtual home.

Some of the home's Tapo plugs are also Matter plugs: each of those that have a `matter` source in
the configuration measures what the emulated Tapo plug of the same device measures, and loses power
with it. The server's WebSocket is at ws://127.0.0.1:PORT/ws; FOLDER/ready is there while it works.
"""

import argparse
import logging
import signal
import sys
import time
from pathlib import Path

import httpx

from home_model.load import load_home
from home_model.problems import ConfigError
from matter_network.commissioning import COMMISSIONED
from matter_network.mirror import mirror_plugs
from matter_network.network import NetworkError, matter_network
from matter_network.outlets import Outlets, fetch_outlets, plug_of, twins_of

LOG = logging.getLogger("matter_network")
READY = "ready"
RETRY_SECONDS = 30.0


def main() -> int:
    """The command line; gives the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _parser().parse_args()
    try:
        run_for_ever(arguments)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def run_for_ever(arguments: argparse.Namespace) -> None:
    """Keep a network; one that fails leaves the rest of the home alone, and is tried again."""
    twins = twins_of(load_home(arguments.config))
    ready = arguments.folder / READY
    while True:
        ready.unlink(missing_ok=True)  # also one left behind by a kill -9
        try:
            run(twins, arguments)
        except (NetworkError, httpx.HTTPError) as error:
            LOG.warning("no Matter for now (%s); see %s/*.log", _short(error), arguments.folder)
        finally:
            ready.unlink(missing_ok=True)
        time.sleep(RETRY_SECONDS)


def run(twins: dict[str, str], arguments: argparse.Namespace) -> None:
    """One network, for as long as it works.

    Raises:
        NetworkError: It did not come up.
        httpx.HTTPError: It, or the emulator, answers no more.
    """
    begun = time.monotonic()
    with httpx.Client(trust_env=False, timeout=5) as http:
        outlets = fetch_outlets(http, arguments.plugs_url)
        _announce(twins, arguments.folder)
        plugs = [plug_of(device, serial, outlets[device]) for device, serial in twins.items()]
        with matter_network(arguments.folder, plugs, arguments.port) as network:
            LOG.info("%d plugs over Matter after %.0f s", len(plugs), time.monotonic() - begun)

            def fetch() -> Outlets:
                return fetch_outlets(http, arguments.plugs_url)

            mirror_plugs(network, twins, fetch, arguments.folder / READY)


def _announce(twins: dict[str, str], folder: Path) -> None:
    names, begun = ", ".join(twins), any(folder.glob(f"*.{COMMISSIONED}"))
    what = "starting" if begun else "commissioning, this once (about half a minute):"
    LOG.info("%s the Matter server and the plugs of %s", what, names)


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1][:200] if lines else type(error).__name__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="matter_network.at_home", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="devices.yaml")
    parser.add_argument("--plugs-url", required=True, help="/plugs of the Tapo emulator")
    parser.add_argument("--folder", type=Path, required=True, help="for fabric, plugs and logs")
    parser.add_argument("--port", type=int, default=5580, help="of the server's WebSocket")
    return parser


if __name__ == "__main__":
    sys.exit(main())
